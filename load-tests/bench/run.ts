import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../servers/figures.ts';
import { wrk } from './client/wrk.ts';
import type { Contender, Pair, Result } from './pair.ts';

/** How long something is asked; seconds. Warm-up: code is compiled, connections and caches are filled. */
export type Pace = { readonly rounds: number; readonly seconds: number; readonly warmUp: number };

const ask = ({ asked }: Contender, seconds: number) => wrk({ ...asked, seconds });

/**
 * Measures a pair: both warm up, then they are asked by turns, and in every other round in the other order.
 * @param say told of every round
 */
export const measurePair = async (pair: Pair, pace: Pace, say: (text: string) => void): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-'));
  // nginx leaves root behind, and must reach its files.
  chmodSync(folder, 0o755);
  const { ours, theirs } = await pair.start(folder);
  try {
    for (const one of [ours, theirs]) await ask(one, pace.warmUp);
    const rates = { ours: [] as number[], theirs: [] as number[] };
    const p99 = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < pace.rounds; round += 1) {
      const turns = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
      for (const turn of turns) {
        const found = await ask({ ours, theirs }[turn], pace.seconds);
        rates[turn].push(found.rate);
        p99[turn].push(found.p99);
      }
      say(`${Math.round(rates.ours.at(-1) ?? 0)} and ${Math.round(rates.theirs.at(-1) ?? 0)} requests/s`);
    }
    const { name, what, against, mark, memory } = pair;
    return {
      name,
      what,
      against,
      mark,
      ...rates,
      p99: { ours: median(p99.ours), theirs: median(p99.theirs) },
      memory: { ours: ours.memory(), theirs: theirs.memory() },
      memoryLimit: memory,
    };
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
};
