import { setTimeout as sleep } from 'node:timers/promises';
import { FaultSite, type FaultSiteOptions } from './fault-site.ts';
import { findViolations } from '../traffic/invariants.ts';
import { type Entry, Ledger, type Summary } from '../traffic/ledger.ts';
import { startLoad } from '../traffic/load.ts';
import { randomOf } from '../traffic/random.ts';
import { Client, type People, settle } from '../traffic/shoppers.ts';

/** A site with people, and all that is asked of it written down. */
export type Trial = {
  readonly site: FaultSite;
  readonly client: Client;
  readonly people: People;
  /** Of the run at hand, and of all runs before on this site. */
  readonly ledger: Ledger;
  readonly history: Ledger;
  readonly random: () => number;
  readonly stop: () => Promise<void>;
};

/** What setting the scene may take: products in stock, people. */
type Scene = { readonly people?: number; readonly products?: number; readonly stock?: number };

export const startTrial = async (seed: number, options: FaultSiteOptions = {}, scene: Scene = {}): Promise<Trial> => {
  const site = await FaultSite.start(options);
  const ledger = new Ledger();
  const client = new Client(site.web.url, ledger);
  const people = await settle(client, (sql) => site.rows(sql), scene);
  const random = randomOf(seed);
  // What set the scene is no part of a run.
  ledger.take();
  return {
    site,
    client,
    people,
    ledger,
    history: new Ledger(),
    random,
    stop: async () => {
      await client.close();
      await site.stop();
    },
  };
};

export type Result = Summary & {
  /** Its requests. */
  readonly entries: readonly Entry[];
  /** Seconds in which the thing that was broken did not serve. */
  readonly outage: number;
  /** What does not hold; empty when all is well. */
  readonly violations: readonly string[];
  /** The first few failed requests. */
  readonly failures: readonly string[];
};

/** Seconds of load before a fault and after it: enough to see that all is quiet again. */
const quiet = 2;

/**
 * Breaks something while the site is under load, and says what came of it.
 * @param fault breaks and mends; gives the seconds between
 */
export const underLoad = async (trial: Trial, fault: () => Promise<number>): Promise<Result> => {
  const { client, people, random } = trial;
  const load = startLoad(client, people, random);
  await sleep(quiet * 1000);
  const outage = await fault();
  await sleep(quiet * 1000);
  await load.stop();
  return resultOf(trial, outage);
};

/** What a run came to: its own requests, and the database against everything that was asked until now. */
export const resultOf = async ({ site, ledger, history }: Trial, outage: number): Promise<Result> => {
  const entries = ledger.take();
  const run = new Ledger(entries);
  history.add(...entries);
  return {
    ...run.summary(),
    entries,
    outage,
    violations: await findViolations((sql) => site.rows(sql), history),
    failures: run
      .failures()
      .slice(0, 3)
      .map(({ kind, status, took, text }) => `${kind} ${status} after ${Math.round(took)} ms: ${text.slice(0, 200)}`),
  };
};

/** A line for the test's report. */
export const lineOf = ({ sent, failed, longest, held, outage }: Result): string =>
  `${sent} requests, ${failed} failed, longest ${longest} ms, ${held} held, ${outage.toFixed(2)} s of outage`;

/** Seconds from now until something holds. */
export const secondsUntil = async (holds: () => Promise<boolean> | boolean, limit: number): Promise<number> => {
  const start = performance.now();
  for (;;) {
    if (await Promise.resolve(holds()).catch(() => false)) return (performance.now() - start) / 1000;
    if (performance.now() - start > limit * 1000) throw new Error(`it did not come true within ${limit} s`);
    await sleep(10);
  }
};
