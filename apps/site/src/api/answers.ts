// A page one comes back to is there at once, at its old scroll position, while it is asked for again.
const kept = 60;
const answers = new Map<string, unknown>();

export const rememberedAnswer = (path: string): unknown => answers.get(path);

export const rememberAnswer = (path: string, answer: unknown): void => {
  answers.delete(path);
  answers.set(path, answer);
  const oldest = answers.keys().next();
  if (answers.size > kept && !oldest.done) answers.delete(oldest.value);
};

/** After a write any answer may be old, and a reader must see their own writes. */
export const forgetAnswers = (): void => answers.clear();
