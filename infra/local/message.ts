/** What an error says, for a person: never its stack. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
};

/** Whether work ended because it was told to. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
