/** Milliseconds that a client waits for an answer: longer than anything on the way does. */
export const patience = 60_000;

/** A request as it is sent. */
export type Sending = {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** What sends requests, each once; a dispatcher of undici is one. */
export type Sender = {
  readonly request: (sending: Sending) => Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: { readonly text: () => Promise<string> };
  }>;
  readonly close: () => Promise<void>;
};
