import { randomUUID } from 'node:crypto';

const requestIdForm = /^[\w.:-]{8,128}$/;

/** The id of a request: the caller's if it may name one, else a new one. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' && requestIdForm.test(header) ? header : randomUUID();
