import { once } from 'node:events';
import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

export type SendOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly ca?: string;
  /** false: whatever certificate is shown will do. */
  readonly rejectUnauthorized?: boolean;
  readonly agent?: Agent;
  /** Milliseconds between the headers and the body. */
  readonly pause?: number;
  /** The client's address, which HAProxy counts requests by. */
  readonly from?: string;
};

/** Sends one request over HTTP/1.1, once. */
export const send = async (url: string, { body, from, pause, ...options }: SendOptions = {}): Promise<Answered> => {
  const open = url.startsWith('https:') ? secureRequest : plainRequest;
  const headers = { host: 'halyard.test', ...options.headers };
  const local = from === undefined ? {} : { localAddress: from };
  const request = open(url, { agent: false, servername: 'halyard.test', ...options, ...local, headers });
  if (pause !== undefined) {
    request.flushHeaders();
    await sleep(pause);
  }
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
};

/**
 * Sends requests at a constant rate while something is done, and repeats none.
 * @returns how many there were, and what became of those that failed
 */
export const sendThroughout = async (
  one: () => Promise<Answered>,
  perSecond: number,
  work: () => Promise<void>,
): Promise<{ readonly sent: number; readonly failures: readonly string[] }> => {
  const failures: string[] = [];
  const open: Promise<void>[] = [];
  const attempt = async (): Promise<void> => {
    const result = await one().catch((error: unknown) => String(error));
    if (typeof result === 'string') failures.push(result);
    else if (result.status !== 200) failures.push(`${result.status} ${result.text}`);
  };
  const began = performance.now();
  // What a busy machine did not send in time is sent as soon as it can be.
  const timer = setInterval(() => {
    while (open.length < ((performance.now() - began) / 1_000) * perSecond) open.push(attempt());
  }, 5);
  await work();
  clearInterval(timer);
  await sleep(0);
  await Promise.all(open);
  return { sent: open.length, failures };
};
