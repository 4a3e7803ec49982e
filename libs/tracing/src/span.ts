import type { TraceContext } from './trace-context.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Whose part of a call it is: who is asked, who asks another process, or neither. */
export type Kind = 'server' | 'client' | 'internal';

/** Something of a trace that is recorded, from its begin to its end. */
export type Span = {
  /** Its place in the trace, for logs and for whoever is asked next. */
  readonly trace: TraceContext;
  /** Begins something that is done for this. */
  readonly child: (name: string, kind: Kind, attributes?: Attributes) => Span;
  readonly rename: (name: string) => void;
  readonly set: (attributes: Attributes) => void;
  /** Something that happened meanwhile. */
  readonly event: (name: string, attributes?: Attributes) => void;
  /**
   * It failed.
   * @param type a word that failures can be counted by, never data
   */
  readonly fail: (type: string, message?: string) => void;
  /** Runs something, in which `Tracing.current()` gives this span. */
  readonly run: <Result>(work: () => Result) => Result;
  /** Once, and nothing after it. */
  readonly end: () => void;
};
