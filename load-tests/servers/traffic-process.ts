import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsers } from '../traffic/browsers.ts';
import { type Entry, isFailed, isWrite, Ledger } from '../traffic/ledger.ts';
import { type Load, startLoad } from '../traffic/load.ts';
import { randomOf } from '../traffic/random.ts';
import { Client, type People, settle } from '../traffic/shoppers.ts';
import type { Order, Word } from './messages.ts';
import { neighbourAt } from './neighbours.ts';

/** Milliseconds between two reports of what has ended. */
const reportEvery = 250;

/**
 * Registrations are limited: 60 an hour from one address. Everything else is plenty: where each favourite changes the same row, one after another
 * waits for a commit on two servers, and the queue is what is measured.
 */
const scene = { people: 10, articles: 20, products: 20 };

const say = (word: Word): void => void process.send?.(word);

/** The answer of a read that went well says nothing that is looked at later. */
const slim = (entry: Entry, epoch: number): Entry => ({
  ...entry,
  at: entry.at + epoch,
  text: isWrite(entry) || isFailed(entry) ? entry.text.slice(0, 4_000) : '',
});

/** Sends requests where the site's clients are; whoever started it says what, and gets all that came of them. */
class Traffic {
  readonly #ledger = new Ledger();
  readonly #random: () => number;
  readonly #client: Client;
  readonly #rate: number;
  readonly #address: string;
  #load: Load | undefined;
  #surge: Load | undefined;
  #people: People | undefined;
  #reports: NodeJS.Timeout | undefined;

  constructor({ url, front, seed, rate }: Extract<Order, { do: 'open' }>) {
    this.#rate = rate;
    this.#address = front.address;
    this.#random = randomOf(seed);
    this.#client = new Client(url, this.#ledger, browsers(front));
  }

  /** Whether accounts of an earlier run can be used again. */
  async recognise(people: People): Promise<void> {
    const answers = await Promise.all([
      ...people.tokens.map((token) => this.#client.send('orders', {}, { token })),
      ...people.products.map((slug) => this.#client.send('product', { params: { slug } })),
      ...people.articles.map((slug) => this.#client.send('article', { params: { slug } })),
    ]);
    say(answers.every((answer) => answer?.status === 200) ? { say: 'people', people } : { say: 'unknown' });
  }

  async settle(name: string): Promise<void> {
    const rows = async (sql: string): Promise<unknown[]> => {
      say({ say: 'rows', sql });
      await once(process, 'message');
      return [];
    };
    say({ say: 'people', people: await settle(this.#client, rows, { ...scene, name }) });
  }

  start(people: People): void {
    this.#ledger.take();
    this.#people = people;
    this.#load = startLoad(this.#client, people, this.#random, this.#rate);
    this.#reports = setInterval(() => this.#report(), reportEvery);
  }

  async surge(rate: number, seconds: number): Promise<void> {
    if (!this.#people) throw new Error('nobody is there who could come');
    this.#surge = startLoad(this.#client, this.#people, this.#random, rate);
    await sleep(seconds * 1_000);
    await this.#surge.stop();
    this.#surge = undefined;
    say({ say: 'surged' });
  }

  async stop(): Promise<void> {
    await this.#load?.stop();
    clearInterval(this.#reports);
    this.#report();
    say({ say: 'stopped' });
  }

  #report(): void {
    const entries = this.#ledger.take().map((entry) => slim(entry, this.#client.epoch));
    const longestWait = Math.max(this.#load?.longestWait() ?? 0, this.#surge?.longestWait() ?? 0);
    say({ say: 'entries', entries, longestWait, taker: neighbourAt(this.#address) });
  }
}

let traffic: Traffic | undefined;

const obey = async (order: Order): Promise<void> => {
  if (order.do === 'open') traffic = new Traffic(order);
  else if (order.do === 'recognise') await traffic?.recognise(order.people);
  else if (order.do === 'settle') await traffic?.settle(order.name);
  else if (order.do === 'start') traffic?.start(order.people);
  else if (order.do === 'surge') await traffic?.surge(order.rate, order.seconds);
  else if (order.do === 'stop') await traffic?.stop();
};

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => say({ say: 'failed', reason: String(error) }));
});
// Nobody is left to report to.
process.on('disconnect', () => process.exit());
