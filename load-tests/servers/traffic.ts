import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Front } from '../traffic/browsers.ts';
import { type Entry, isFailed } from '../traffic/ledger.ts';
import type { People } from '../traffic/shoppers.ts';
import { now } from './clock.ts';
import type { Order, Word } from './messages.ts';

const program = fileURLToPath(new URL('traffic-process.ts', import.meta.url));

/** Seconds without a failure, and without anybody who waits longer than a second, after which all is quiet, unless somebody says otherwise. */
const usualCalm = 3;

/** Whose network card was behind the site's address at a moment, in milliseconds since 1970. */
export type Taker = { readonly at: number; readonly hardware: string };

/** Requests at a constant rate from a process of its own, which runs where clients are and which nothing that is done here holds up. */
export class Traffic {
  readonly #child: ChildProcess;
  readonly #rate: number;
  readonly #calm: number;
  readonly #execute: (sql: string) => Promise<unknown>;
  #entries: Entry[] = [];
  #longestWait = 0;
  #takers: Taker[] = [];
  #awaited: { resolve: (word: Word) => void; reject: (error: Error) => void } | undefined;

  private constructor(child: ChildProcess, rate: number, calm: number, execute: (sql: string) => Promise<unknown>) {
    this.#child = child;
    this.#rate = rate;
    this.#calm = calm;
    this.#execute = execute;
    child.on('message', (word: Word) => void this.#hear(word));
    child.on('error', (error) => this.#awaited?.reject(error));
    child.on('exit', (code) => this.#awaited?.reject(new Error(`the process that sends requests ended (${code})`)));
  }

  /**
   * @param prefix words in front of a command that is to run where clients are
   * @param execute runs SQL on the site's database
   */
  static open(
    prefix: readonly string[],
    {
      calm = usualCalm,
      ...site
    }: {
      readonly url: string;
      readonly front: Front;
      readonly seed: number;
      readonly rate: number;
      readonly calm?: number | undefined;
    },
    execute: (sql: string) => Promise<unknown>,
  ): Traffic {
    const words = [...prefix, process.execPath, '--disable-warning=ExperimentalWarning', program];
    const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    // Who measures must not wait for what is measured: clients have machines of their own.
    if (child.pid !== undefined) setPriority(child.pid, -15);
    const traffic = new Traffic(child, site.rate, calm, execute);
    traffic.#tell({ do: 'open', ...site });
    return traffic;
  }

  /** Accounts and content of an earlier run where they are still there, else new ones. */
  async settle(earlier: People | undefined): Promise<People> {
    if (earlier) {
      const word = await this.#ask({ do: 'recognise', people: earlier });
      if (word.say === 'people') return word.people;
    }
    const word = await this.#ask({ do: 'settle', name: `marks-${Date.now().toString(36)}` });
    if (word.say !== 'people') throw new Error(`no people came but "${word.say}"`);
    return word.people;
  }

  start(people: People): void {
    this.#entries = [];
    this.#takers = [];
    this.#longestWait = 0;
    this.#tell({ do: 'start', people });
  }

  /** Who took the requests in, looked at four times a second since the start; nothing where a router is in between. */
  get takers(): readonly Taker[] {
    return this.#takers;
  }

  /**
   * Sends more for a while, and waits for the answers.
   * @param times as much as there is already
   */
  async surge(times: number, seconds: number): Promise<void> {
    await this.#ask({ do: 'surge', rate: this.#rate * times, seconds });
  }

  /** Sends no more, waits for every answer, and gives all that came of it. */
  async stop(): Promise<readonly Entry[]> {
    await this.#ask({ do: 'stop' });
    return this.#entries;
  }

  /**
   * Waits until the site answers everybody again.
   * @param limit seconds
   * @returns whether it did
   */
  async untilCalm(limit: number): Promise<boolean> {
    const began = now();
    let since = began;
    while (now() - began < limit * 1_000) {
      await sleep(200);
      const isWell =
        this.#longestWait < 1_000 && !this.#entries.some((entry) => isFailed(entry) && entry.at + entry.took > since);
      if (!isWell) since = now();
      if (now() - since >= this.#calm * 1_000) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }

  async #ask(order: Order): Promise<Word> {
    const { promise, resolve, reject } = Promise.withResolvers<Word>();
    this.#awaited = { resolve, reject };
    this.#tell(order);
    const word = await promise;
    if (word.say === 'failed') throw new Error(word.reason);
    return word;
  }

  async #hear(word: Word): Promise<void> {
    if (word.say === 'entries') {
      for (const entry of word.entries) this.#entries.push(entry);
      this.#longestWait = word.longestWait;
      if (word.taker !== undefined) this.#takers.push({ at: now(), hardware: word.taker });
    } else if (word.say === 'rows') {
      await this.#execute(word.sql).catch((error: Error) => this.#awaited?.reject(error));
      this.#tell({ do: 'rows done' });
    } else this.#awaited?.resolve(word);
  }
}
