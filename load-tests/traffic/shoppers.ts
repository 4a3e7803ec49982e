import { randomUUID } from 'node:crypto';
import {
  type CallInput,
  type CallOutput,
  type Operation,
  type OperationId,
  operations,
  pathOf,
} from '@scale-up/contract';
import { Agent } from 'undici';
import type { Entry, Ledger } from './ledger.ts';
import { patience, type Sender } from './sender.ts';

export type Answer = {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

const plainAgent = (): Agent =>
  new Agent({ connections: 10_000, headersTimeout: patience, bodyTimeout: patience, connectTimeout: patience });

type Asked = Pick<Entry, 'kind' | 'mark' | 'isAnonymous'>;

/** Why no answer came; the reason behind "fetch failed" or "other side closed" is its code. */
const reasonOf = (error: unknown): string => {
  const { code } = error as { code?: string };
  return code === undefined ? String(error) : `${code} ${String(error)}`;
};

/** Calls the API, and writes every call into a ledger. A client that sends each request once, and never again by itself. */
export class Client {
  readonly #url: string;
  readonly #agents: readonly Sender[];
  readonly #ledger: Ledger;
  readonly #start: number;
  #sent = 0;

  /** @param agents take turns; by default one over plain HTTP/1.1 */
  constructor(url: string, ledger: Ledger, agents: readonly Sender[] = [plainAgent()]) {
    this.#url = url;
    this.#ledger = ledger;
    this.#start = performance.now();
    this.#agents = agents;
  }

  /** Milliseconds since 1970 from which its ledger counts: what another process calls the same moment. */
  get epoch(): number {
    return performance.timeOrigin + this.#start;
  }

  /** Sends one operation; the answer, or undefined where none came. */
  async send<Id extends OperationId>(
    id: Id,
    input: CallInput<(typeof operations)[Id]>,
    { token, key, mark = '' }: { token?: string | undefined; key?: string; mark?: string } = {},
  ): Promise<Answer | undefined> {
    const operation: Operation = operations[id];
    const { body } = input as { body?: unknown };
    const begun = performance.now();
    const isAnonymous = token === undefined;
    const agent = this.#agents[this.#sent++ % this.#agents.length] as Sender;
    let answer: Answer | undefined;
    try {
      const {
        statusCode,
        headers,
        body: stream,
      } = await agent.request({
        origin: this.#url,
        path: `/api${pathOf(operation, input as object)}`,
        method: operation.method,
        headers: {
          ...(token !== undefined && { authorization: `Token ${token}` }),
          ...(key !== undefined && { 'idempotency-key': key }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      answer = { status: statusCode, text: await stream.text(), headers };
    } catch (error) {
      this.#note({ kind: id, mark, isAnonymous }, begun, undefined, reasonOf(error));
      return undefined;
    }
    this.#note({ kind: id, mark, isAnonymous }, begun, answer, answer.text);
    return answer;
  }

  /** Like `send`, for what must succeed. */
  async call<Id extends OperationId>(
    id: Id,
    input: CallInput<(typeof operations)[Id]>,
    options: { token?: string; key?: string } = {},
  ): Promise<CallOutput<(typeof operations)[Id]>> {
    const answer = await this.send(id, input, options);
    if (answer?.status !== operations[id].status) throw new Error(`${id}: ${answer?.status} ${answer?.text}`);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as never;
  }

  async close(): Promise<void> {
    await Promise.all([...new Set(this.#agents)].map((agent) => agent.close()));
  }

  #note(asked: Asked, begun: number, answer: Answer | undefined, text: string): void {
    const one = (name: string): string | undefined => [answer?.headers[name]].flat()[0];
    this.#ledger.add({
      ...asked,
      at: begun - this.#start,
      took: performance.now() - begun,
      status: answer?.status,
      text,
      isHeld: [answer?.headers['server-timing']].flat().join(', ').includes('held'),
      isReplay: answer?.headers['idempotency-replayed'] === 'true',
      age: one('age'),
      retryAfter: one('retry-after'),
      requestId: one('x-request-id'),
    });
  }
}

export type People = {
  readonly tokens: readonly string[];
  readonly articles: readonly string[];
  readonly products: readonly string[];
};

/**
 * Accounts, articles, and products with so much stock that no order fails for want of it.
 * @param rows runs SQL as the schema's owner
 * @param scene whose `name` the accounts have, with a number behind it
 */
export const settle = async (
  client: Client,
  rows: (sql: string) => Promise<unknown[]>,
  { people = 10, articles = 1, products = 5, stock = 1_000_000, name = 'person' } = {},
): Promise<People> => {
  const tokens: string[] = [];
  for (let index = 0; index < people; index += 1) {
    const user = { username: `${name}-${index}`, email: `${name}-${index}@example.com`, password: 'correct horse' };
    tokens.push((await client.call('register', { body: { user } })).user.token);
  }
  await rows(`UPDATE users SET role = 'admin' WHERE username = '${name}-0'`);
  const token = tokens[0] ?? '';
  const written: string[] = [];
  for (let index = 0; index < articles; index += 1) {
    const body = { article: { title: 'The harbour', description: 'About it', body: 'All of it.' } };
    written.push((await client.call('createArticle', { body }, { token })).article.slug);
  }
  const slugs: string[] = [];
  for (let index = 0; index < products; index += 1) {
    const product = { title: `Product ${index}`, description: 'What it is', price: 100 + index, stock };
    slugs.push((await client.call('createProduct', { body: { product } }, { token })).product.slug);
  }
  return { tokens, articles: written, products: slugs };
};

/** An order of one product, under a key of its own. */
export const order = (client: Client, token: string | undefined, product: string, quantity = 1) => {
  const key = randomUUID();
  return client.send('createOrder', { body: { order: { lines: [{ product, quantity }] } } }, { token, key, mark: key });
};
