/** What a verb's exit code says; scripts rely on them. The numbers above 2 are those of sysexits.h. */
export const exitCodes = {
  done: 0,
  /** It did not do, or `status` did not find, what it should. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Too few servers answer. */
  unavailable: 69,
  /** Somebody else's verb is at work: try again later. */
  locked: 75,
  /** The inventory, or what is kept beside it, is wrong. */
  configuration: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a verb could not do, in a sentence for the operator; nothing else ends a verb on purpose. */
export class VerbError extends Error {
  readonly code: ExitCode;

  constructor(sentence: string, code: ExitCode = exitCodes.failed, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}
