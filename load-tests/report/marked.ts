/** Comments of a Markdown file between which something is generated; the first says by what. */
export type Marks = { readonly begin: string; readonly end: string };

/**
 * A page with a text where its marks stand; all else of it stays.
 * @param file its name, for the error
 * @throws Error when it has no such marks
 */
export const withMarked = (page: string, file: string, { begin, end }: Marks, text: string): string => {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} with ${end} behind it`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
};
