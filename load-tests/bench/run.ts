import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Both, Contender, Pair, Result } from './pair.ts';
import { type Profile, profileOf } from './profile/profile.ts';
import { stopAll } from './programs/running.ts';

/** How long something is asked; seconds. Warm-up: code is compiled, connections and caches are filled. */
export type Pace = { readonly rounds: number; readonly seconds: number; readonly warmUp: number };

const nothing = () => ({
  rates: [] as number[],
  p99: [] as number[],
  requests: 0,
  spent: {} as Record<string, number>,
});

type Sums = ReturnType<typeof nothing>;

/** Asks once, and adds up what it took. */
const measure = async ({ ask, parts }: Contender, seconds: number, sums: Sums): Promise<void> => {
  const before = Object.entries(parts).map(([name, part]) => [name, part, part.cpu()] as const);
  const { rate, p99, requests } = await ask(seconds);
  for (const [name, part, then] of before) sums.spent[name] = (sums.spent[name] ?? 0) + part.cpu() - then;
  sums.rates.push(rate);
  sums.p99.push(p99);
  sums.requests += requests;
};

const costsOf = ({ spent, requests }: Sums): Record<string, number> =>
  Object.fromEntries(Object.entries(spent).map(([name, milliseconds]) => [name, (milliseconds * 1_000) / requests]));

const memoryOf = ({ parts }: Contender): number => Object.values(parts)[0]?.memory() ?? 0;

const figuresText = ({ rates, p99 }: Sums): string =>
  `${Math.round(rates.at(-1) ?? 0)} requests/s, p99 ${(p99.at(-1) ?? 0).toFixed(1)} ms`;

/** Both warm up, then they are asked by turns, and in every other round in the other order. */
const measureRounds = async (
  contenders: Both<Contender>,
  { rounds, seconds, warmUp }: Pace,
  say: (text: string) => void,
): Promise<Both<Sums>> => {
  for (const one of [contenders.ours, contenders.theirs]) await one.ask(warmUp);
  const found = { ours: nothing(), theirs: nothing() };
  for (let round = 0; round < rounds; round += 1) {
    const turns = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const turn of turns) await measure(contenders[turn], seconds, found[turn]);
    say(`${figuresText(found.ours)}; ${figuresText(found.theirs)}`);
  }
  return found;
};

/** Has both of a pair run while something is done with them. */
const withPair = async <Found>(pair: Pair, work: (contenders: Both<Contender>) => Promise<Found>): Promise<Found> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-'));
  // nginx leaves root behind, and must reach its files.
  chmodSync(folder, 0o755);
  try {
    return await work(await pair.start(folder));
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * Starts a pair, measures it, and stops it.
 * @param say told of every round
 */
export const measurePair = (pair: Pair, pace: Pace, say: (text: string) => void): Promise<Result> =>
  withPair(pair, async (contenders) => {
    const { ours, theirs } = await measureRounds(contenders, pace, say);
    const { name, what, against, mark, memory } = pair;
    return {
      name,
      what,
      against,
      mark,
      rates: { ours: ours.rates, theirs: theirs.rates },
      p99: { ours: ours.p99, theirs: theirs.p99 },
      costs: { ours: costsOf(ours), theirs: costsOf(theirs) },
      memory: { ours: memoryOf(contenders.ours), theirs: memoryOf(contenders.theirs) },
      memoryLimit: memory,
    };
  });

/** Starts a pair, and looks where the time of both goes. */
export const profilePair = (pair: Pair): Promise<Both<Profile>> =>
  withPair(pair, async ({ ours, theirs }) => ({ ours: await profileOf(ours), theirs: await profileOf(theirs) }));
