import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from './random.ts';
import { type Client, order, type People } from './shoppers.ts';

export type Load = {
  /** Ends the sending, and waits for every answer. */
  readonly stop: () => Promise<void>;
  /** Milliseconds for which the oldest request without an answer has waited; 0 when there is none. */
  readonly longestWait: () => number;
};

/** Requests a second that the marks are stated for. */
export const usualRate = 200;
/** One in five is a write. */
const writeShare = 0.2;

/**
 * Sends requests at a constant rate, whether or not earlier ones are answered (an open model): a site that stands still meets all those who
 * would have come.
 * @param rate requests a second
 */
export const startLoad = (client: Client, people: People, random: () => number, rate = usualRate): Load => {
  // In the order in which they were sent.
  const underWay = new Map<Promise<unknown>, number>();
  const begun = performance.now();
  let sent = 0;
  const end = new AbortController();
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      for (const due = ((performance.now() - begun) / 1000) * rate; sent < due; sent += 1) {
        const request = visit(client, people, random).finally(() => underWay.delete(request));
        underWay.set(request, performance.now());
      }
      await sleep(5);
    }
  };
  const running = run();
  return {
    stop: async () => {
      end.abort();
      await running;
      await Promise.all(underWay.keys());
    },
    longestWait: () => {
      const [oldest] = underWay.values();
      return oldest === undefined ? 0 : performance.now() - oldest;
    },
  };
};

const visit = (client: Client, people: People, random: () => number): Promise<unknown> =>
  random() < writeShare ? write(client, people, random) : read(client, people, random);

const read = (client: Client, { tokens, articles, products }: People, random: () => number): Promise<unknown> => {
  const slug = pick(articles, random);
  // Half of all readers are not logged in.
  const token = random() < 0.5 ? pick(tokens, random) : undefined;
  switch (Math.floor(random() * 5)) {
    case 0:
      return client.send('articles', {}, { token });
    case 1:
      return client.send('article', { params: { slug } }, { token });
    case 2:
      return client.send('products', {}, { token });
    case 3:
      return client.send('orders', {}, { token: token ?? pick(tokens, random) });
    default:
      return client.send('product', { params: { slug: pick(products, random) } }, { token });
  }
};

const write = (client: Client, { tokens, articles, products }: People, random: () => number): Promise<unknown> => {
  const token = pick(tokens, random);
  const slug = pick(articles, random);
  const mark = randomUUID();
  switch (Math.floor(random() * 4)) {
    case 0:
      return client.send('createComment', { params: { slug }, body: { comment: { body: mark } } }, { token, mark });
    case 1: {
      const article = { title: mark, description: 'About it', body: 'All of it.' };
      return client.send('createArticle', { body: { article } }, { token, mark });
    }
    case 2:
      return client.send(random() < 0.5 ? 'favorite' : 'unfavorite', { params: { slug } }, { token });
    default:
      return order(client, token, pick(products, random), 1 + Math.floor(random() * 3));
  }
};
