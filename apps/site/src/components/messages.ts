import { ApiProblem, type FieldErrors } from '../api/problem.ts';

const special: Record<string, string> = {
  'credentials invalid': 'E-mail or password is wrong.',
  'token is missing': 'Please log in first.',
};

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const predicate = /^(can|has|is|may|must)\b/;

/** "can't be blank" as a sentence about its field; "only 4 left" says all by itself. */
export const sentence = (label: string, message: string): string => {
  const known = special[`${label} ${message}`];
  if (known !== undefined) return known;
  return capitalised(predicate.test(message) ? `${label} ${message}` : message);
};

/** Whether an error's key speaks of a field, or of an entry in it: `tagList.0` is about `tagList`. */
export const isAbout = (key: string, name: string): boolean => key === name || key.startsWith(`${name}.`);

export const sentences = (errors: FieldErrors): string[] =>
  Object.entries(errors).flatMap(([field, messages]) => messages.map((message) => sentence(field, message)));

/** What the problem document says field by field. */
export const messagesOf = (error: Error): string[] => (error instanceof ApiProblem ? sentences(error.errors) : []);

/** An error in one line, for a notice. */
export const summaryOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'Something went wrong.';
  return messagesOf(error)[0] ?? `${error.message}.`;
};
