import { setTimeout as sleep } from 'node:timers/promises';
import { descendantsOf } from '@scale-up/infra/lab/processes.ts';
import type { Contender } from '../pair.ts';
import { cores } from '../programs/pinned.ts';
import { kindOf, ownerOf } from './kinds.ts';
import { frequency, recorded } from './perf.ts';
import { type Memory, memoryOf } from './memory.ts';
import type { Sample } from './samples.ts';

export type Share = { readonly name: string; readonly value: number };

/** Where time goes while somebody is asked as often as they answer. The largest first. */
export type Profile = {
  /** The part that is measured. */
  readonly part: string;
  readonly rate: number;
  /** Microseconds of a core that a request costs that part, by what is done. */
  readonly kinds: readonly Share[];
  /** The same of JavaScript alone, by whose it is. */
  readonly owners: readonly Share[];
  /** The functions that take the most, in microseconds. */
  readonly functions: readonly Share[];
  /** How much of each core who had, in hundredths; the rest was idle. */
  readonly busy: Readonly<Record<keyof typeof cores, readonly Share[]>>;
  /** Of the part, while it is asked. */
  readonly memory: Memory;
};

/** Seconds that are looked at, and asked before: the rate must be even by then. */
const seconds = 4;
const before = 1;

/** Shares of samples, the largest first. */
const sharesOf = (
  samples: readonly Sample[],
  nameOf: (sample: Sample) => string | undefined,
  each: number,
): Share[] => {
  const sums = new Map<string, number>();
  for (const sample of samples) {
    const name = nameOf(sample);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + each);
  }
  return [...sums].map(([name, value]) => ({ name, value })).toSorted((a, b) => b.value - a.value);
};

const functionOf = ({ frames }: Sample): string | undefined =>
  frames[0]?.name
    .replace(/^JS[:~+*^]+'?/, '')
    .replace(/(\/\S+\/)(?=(node_modules|apps|libs|load-tests)\/)|file:\/\//g, '');

/** Whose a thread is: a part's, with what it started; the client's; or the kernel's. */
const holders = ({ parts }: Contender) => {
  const owners = new Map(
    Object.entries(parts).flatMap(([name, { pid }]) =>
      [pid, ...descendantsOf(pid)].map((each) => [each, name] as const),
    ),
  );
  return ({ pid, thread, frames }: Sample): string | undefined => {
    if (pid === 0) return undefined;
    const name = owners.get(pid);
    if (name !== undefined) return name;
    if (thread === 'wrk') return 'client';
    return frames.every(({ file }) => file.startsWith('[')) ? 'kernel' : 'others';
  };
};

const missing = (): never => {
  throw new Error('nothing is measured');
};

/** Asks somebody, and looks where both cores and the memory are meanwhile. */
export const profileOf = async (contender: Contender): Promise<Profile> => {
  const [[part, program] = missing()] = Object.entries(contender.parts);
  await contender.ask(3);
  const asking = contender.ask(before + seconds + before);
  await sleep(before * 1_000);
  const samples = await recorded(seconds);
  const memory = await memoryOf(program);
  const holderOf = holders(contender);
  const { rate } = await asking;
  const own = samples.filter((sample) => holderOf(sample) === part);
  const each = 1_000_000 / frequency / (rate * seconds);
  const busyOf = (core: string): Share[] =>
    sharesOf(
      samples.filter((sample) => sample.core === Number(core)),
      holderOf,
      100 / frequency / seconds,
    );
  return {
    part,
    rate,
    kinds: sharesOf(own, kindOf, each),
    owners: sharesOf(own, ownerOf, each),
    functions: sharesOf(own, functionOf, each).slice(0, 15),
    busy: { measured: busyOf(cores.measured), others: busyOf(cores.others) },
    memory,
  };
};
