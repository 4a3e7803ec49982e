/** How many letters must be put in, taken out or changed to make one word of another. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The word that somebody most likely meant, if any is near enough: a third of its letters may differ. */
export const nearest = (word: string, words: readonly string[]): string | undefined => {
  const ranked = words
    .map((each) => ({ each, far: distance(word.toLowerCase(), each) }))
    .filter(({ each, far }) => far <= Math.max(1, Math.ceil(each.length / 3)))
    .toSorted((a, b) => a.far - b.far);
  return ranked[0]?.each;
};
