import type { CallInput, CallOutput, OperationId, operations } from '@scale-up/contract';
import exec from 'k6/execution';
import http, { type Response, type RefinedResponse } from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import { plan } from './given.ts';

/** No answer, or a fault of the site's. */
const failed = new Rate('failed');
/** Another status than the contract names for it, such as 429 for too many from one address. */
const unexpected = new Rate('unexpected');
const held = new Counter('held');
const replayed = new Counter('replayed');

/** Longer than anything on the way waits, in k6's notation. */
const timeout = '60s';

export type Kind = 'file' | 'read' | 'write';

type Input = {
  readonly params?: Record<string, string | number>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
};

export type Options = {
  readonly token?: string | undefined;
  readonly key?: string;
  /** What is right when it is not what the contract gives for success. */
  readonly status?: number;
};

let isPreparing = false;

/** From here on nothing is counted: what is made before the visitors come, and removed behind them, is not what is measured. */
export const prepare = (): void => {
  isPreparing = true;
};

type Asked = {
  readonly kind: Kind;
  readonly name: string;
  readonly right: number;
  readonly isAnonymous: boolean;
  readonly key?: string | undefined;
};

/** How far a request came that got no answer: milliseconds of each part of its way. */
const wayOf = ({ connecting, tls_handshaking: handshake, sending, waiting }: Response['timings']): string =>
  `(connection ${connecting.toFixed(0)}, handshake ${handshake.toFixed(0)}, sending ${sending.toFixed(0)}, waiting ${waiting.toFixed(0)} ms)`;

/** What is worth keeping of an answer: what an order became, and why something failed. */
const wordOf = (response: Response, { right, key }: Asked): string => {
  if (response.status === 0) return `${response.error} ${wayOf(response.timings)}`;
  if (response.status !== right) return response.error || JSON.stringify(response.body).slice(0, 200);
  if (key === undefined) return '';
  const { order } = response.json() as { order?: { id: string; total: number } };
  return order ? JSON.stringify({ order: { id: order.id, total: order.total } }) : '';
};

/**
 * One line for each request, which the run reads: when it was sent (ms since 1970), how long it took (ms), its status (0: none), kind and name, the id under which
 * the site's logs know it, its idempotency key, and letters: a for one without a token, h for one that was held, r
 * for a replayed outcome, g for an answer that says its age, t for one that says when to come back.
 */
const note = (response: Response, asked: Asked): void => {
  if (isPreparing) return;
  // What k6 calls blocked has the connection and its handshake in it.
  const took = response.timings.blocked + response.timings.duration;
  const isFailed = response.status === 0 || response.status >= 500;
  failed.add(isFailed);
  unexpected.add(!isFailed && response.status !== asked.right);
  const { headers } = response;
  const isHeld = (headers['Server-Timing'] ?? '').includes('held');
  const isReplay = headers['Idempotency-Replayed'] === 'true';
  if (isHeld) held.add(1);
  if (isReplay) replayed.add(1);
  const flags = { a: asked.isAnonymous, h: isHeld, r: isReplay, g: 'Age' in headers, t: 'Retry-After' in headers };
  const letters = Object.entries(flags).map(([letter, isSet]) => (isSet ? letter : ''));
  const words = [asked.kind, asked.name, headers['X-Request-Id'] ?? '-', asked.key ?? '-', `-${letters.join('')}`];
  const times = `${(Date.now() - took).toFixed(0)} ${took.toFixed(0)}`;
  console.log(`${times} ${response.status} ${words.join(' ')} ${wordOf(response, asked).replaceAll('\n', ' ')}`);
};

const pathOf = (template: string, { params = {}, query = {} }: Input): string => {
  const path = template.replace(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(String(params[name])));
  const words = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return words.length > 0 ? `${path}?${words.join('&')}` : path;
};

/** What an operation answers, or undefined when it was not what is right. */
export type Answer<Id extends OperationId> = CallOutput<(typeof operations)[Id]> | undefined;

/**
 * Calls an operation of the API, once.
 * @returns its answer where it succeeded; undefined for an answer without a body, too
 */
export const call = <Id extends OperationId>(
  id: Id,
  input: CallInput<(typeof operations)[Id]>,
  { token, key, status }: Options = {},
): Answer<Id> => {
  const endpoint = plan.endpoints[id];
  const { body } = input as Input;
  const kind: Kind = endpoint.method === 'GET' ? 'read' : 'write';
  const response = http.request(
    endpoint.method,
    `${plan.url}/api${pathOf(endpoint.path, input as Input)}`,
    body === undefined ? null : JSON.stringify(body),
    {
      headers: {
        ...(token !== undefined && { Authorization: `Token ${token}` }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      tags: { name: id, kind },
      timeout,
      redirects: 0,
    },
  );
  note(response, { kind, name: id, right: status ?? endpoint.status, isAnonymous: token === undefined, key });
  if (response.status !== endpoint.status || response.status === 204) return undefined;
  return response.json() as Answer<Id>;
};

/** As call, for what the run cannot go on without. */
export const demand = <Id extends OperationId>(
  id: Id,
  input: CallInput<(typeof operations)[Id]>,
  options: Options = {},
): NonNullable<Answer<Id>> => {
  const answer = call(id, input, options);
  if (answer !== undefined) return answer;
  const sentence = `${id} did not give ${plan.endpoints[id].status}`;
  exec.test.abort(sentence);
  throw new Error(sentence);
};

/** Fetches files of the site at once, as a browser does. */
export const files = (paths: readonly string[]): RefinedResponse<'text'>[] => {
  const requests = paths.map((path) => ({
    method: 'GET',
    url: `${plan.url}${path}`,
    params: {
      tags: { name: path.startsWith('/assets/') ? '/assets/*' : path, kind: 'file' },
      timeout,
      responseType: 'text' as const,
      // A page is what a browser goes to; whatever else is asked for must be a file.
      headers: { 'Accept-Encoding': 'br, gzip', Accept: path.includes('.') ? '*/*' : 'text/html' },
    },
  }));
  const responses = http.batch(requests);
  for (const [index, response] of responses.entries()) {
    note(response, { kind: 'file', name: paths[index] ?? '/', right: 200, isAnonymous: true });
  }
  return responses;
};
