import { exitCodes, VerbError } from '../support/exit-codes.ts';

/** As services take them from the hop before (libs/service); an edge makes UUIDs. */
const form = /^[\w.:-]{8,128}$/;
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * A request's id as the journals have it.
 * @throws VerbError when it can be none
 */
export const requestIdOf = (text: string): string => {
  const id = text.trim();
  if (!form.test(id)) {
    throw new VerbError(
      `"${text}" is no id of a request; it is what an answer's X-Request-Id says, such as 1e520938-3446-45ce-bc09-b71b3161a99b.`,
      exitCodes.usage,
    );
  }
  return uuid.test(id) ? id.toLowerCase() : id;
};
