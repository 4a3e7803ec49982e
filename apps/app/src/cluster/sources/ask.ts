import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** What somebody who was asked said; or that nothing listens there; or nothing, in time. */
export type Answer<Value> =
  | { readonly is: 'answered'; readonly value: Value }
  | { readonly is: 'refused' }
  | { readonly is: 'silent' };

export type Said = { readonly status: number; readonly text: string };

/** Bytes: HAProxy's table of a site of ten servers has 60,000. */
const longest = 1_000_000;

/**
 * Asks over HTTP, each time by a connection of its own: whether there is one is half of the answer.
 * @param patience milliseconds, for the whole answer
 * @throws Error with the `code` of the failure
 */
export type Ask = (
  place: { readonly host: string; readonly port: number },
  path: string,
  patience: number,
) => Promise<Said>;

/**
 * @param authority certificates (PEM) that vouch for whoever is asked; without it, the question goes in the clear
 */
export const createAsk = (authority?: string): Ask => {
  // What Patroni's server sends after a handshake of 1.3 costs 40 ms (role haproxy, database.cfg).
  const options = authority === undefined ? {} : ({ ca: authority, maxVersion: 'TLSv1.2' } as const);
  const request = authority === undefined ? plainRequest : tlsRequest;
  return ({ host, port }, path, patience) => {
    const { promise, resolve, reject } = Promise.withResolvers<Said>();
    const asked = request({ ...options, agent: false, host, port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > longest) asked.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    // What has arrived is read before setImmediate, also by a process that was held up itself.
    const timer = setTimeout(() => setImmediate(() => asked.destroy(new Error('no answer in time'))), patience);
    asked.on('error', reject);
    asked.end();
    return promise.finally(() => clearTimeout(timer));
  };
};

const refusals = new Set(['ECONNREFUSED', 'ECONNRESET']);

/** Turns an answer that may fail into a word on what became of it. */
export const outcomeOf = async <Value>(asking: Promise<Value>): Promise<Answer<Value>> => {
  try {
    return { is: 'answered', value: await asking };
  } catch (error) {
    return { is: refusals.has((error as NodeJS.ErrnoException).code ?? '') ? 'refused' : 'silent' };
  }
};
