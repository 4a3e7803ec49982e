export const pageSize = 20;

/** ?page=… as a number; what is no page is the first one. */
export const pageOf = (query: URLSearchParams): number => {
  const text = query.get('page') ?? '';
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 1;
};

export const pagesOf = (count: number): number => Math.ceil(count / pageSize);

export const windowOf = (page: number): { limit: number; offset: number } => ({
  limit: pageSize,
  offset: (page - 1) * pageSize,
});

/** An address with the query members that have a value; page 1 goes without saying. */
export const hrefWith = (path: string, members: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== '' && !(name === 'page' && value === 1)) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
};

/** First, last, and the neighbours of the current one; undefined marks a gap. */
export const pagesShown = (page: number, pages: number): (number | undefined)[] => {
  const shown = [1, page - 1, page, page + 1, pages].filter((number) => number >= 1 && number <= pages);
  const numbers = [...new Set(shown)].toSorted((a, b) => a - b);
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1];
    return before !== undefined && number - before > 1 ? [undefined, number] : [number];
  });
};
