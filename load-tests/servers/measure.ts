import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './clock.ts';
import { type Emergency, emergencyOf, figuresOf, type Hit } from './figures.ts';
import { journalsAbout } from './journals.ts';
import { type Found, limitText, missesOf, type Limits } from './limits.ts';
import type { Entry } from '../traffic/ledger.ts';
import type { Scene } from './scene.ts';
import type { ServersSite } from './servers-site.ts';
import type { Measured } from './table.ts';
import type { Traffic } from './traffic.ts';

export type Say = (text: string) => void;

/** What was done to the site, and how it is undone. */
export type Strike = Hit & {
  /** Mends what does not mend itself. */
  readonly mend?: () => Promise<unknown>;
  /** Seconds that a bad release was there. */
  readonly undone?: number;
  /** What was taken over, where nothing should be; asked once the site is whole again. */
  readonly failOvers?: () => Promise<readonly string[]>;
  /** The server that it was done to, where it was one. */
  readonly aim?: string;
};

/** Something that happens to the site, and what must hold then. */
export type Mark = {
  /** Its number in the list of marks, with a word behind where there are several of one number. */
  readonly name: string;
  readonly what: string;
  readonly limits: Limits;
  /** Seconds of load before the fault (3). */
  readonly quiet?: number;
  /** Seconds from the fault until it is mended; without it, until the site answers everybody again. */
  readonly endure?: number;
  /** Brings who does what into the order that the mark wants. */
  readonly arrange?: (site: ServersSite, say: Say) => Promise<unknown>;
  readonly strike: (site: ServersSite, say: Say, traffic: Traffic) => Promise<Strike>;
  /** Puts back what the next one must not find; without load. */
  readonly tidy?: (site: ServersSite, say: Say) => Promise<unknown>;
};

/** Seconds. */
const times = {
  warmUp: 30,
  quiet: 3,
  /** An emergency is judged by its last seconds, when every server knows of it. */
  emergency: 10,
  /** Patroni's floor of 20 s and the hold limit of 30 s are below. */
  calm: 90,
  /** A server that comes back copies its database anew, if it must. */
  whole: 300,
};

/** Everything that came of one fault, for whoever draws it. */
export type Seen = {
  readonly entries: readonly Entry[];
  readonly hit: Hit;
  readonly mended: number | undefined;
  readonly aim: string | undefined;
};

/** Does something, and says between which moments. */
export const hit = async (work: () => Promise<unknown>): Promise<Hit> => {
  const from = now();
  await work();
  return { from, to: now() };
};

type Course = Pick<Found, 'redundancy' | 'undone' | 'failOvers'> & {
  readonly hit: Strike;
  /** When it was mended by hand, if it was. */
  readonly mended: number | undefined;
};

/** Strikes under load and waits until all is as before. */
const take = async ({ site, traffic }: Scene, mark: Mark, say: Say): Promise<Course> => {
  // Connections are made, code is compiled; a machine that is too busy for the load alone would be blamed on the fault.
  if (!(await traffic.untilCalm(times.warmUp)))
    throw new Error(`nothing is broken, and still not everybody is answered within 1 s`);
  await sleep((mark.quiet ?? times.quiet) * 1_000);
  const strike = await mark.strike(site, say, traffic);
  if (mark.endure !== undefined) await sleep(mark.endure * 1_000);
  else if (!(await traffic.untilCalm(times.calm))) say(`not calm after ${times.calm} s`);
  const mended = strike.mend ? now() : undefined;
  await strike.mend?.();
  await site.untilWhole(times.whole, say);
  const redundancy = (now() - (mended ?? strike.to)) / 1_000;
  await traffic.untilCalm(times.calm);
  return { hit: strike, mended, redundancy, undone: strike.undone, failOvers: await strike.failOvers?.() };
};

/**
 * Measures one mark on a site that is whole, and leaves it whole.
 * @param say told what is being done
 * @param onSeen told what came of every request
 */
export const measure = async (
  scene: Scene,
  mark: Mark,
  say: Say = () => {},
  onSeen: (seen: Seen) => void = () => {},
): Promise<Measured> => {
  const { site } = scene;
  await site.untilWhole(times.whole, say);
  if (mark.arrange) {
    await mark.arrange(site, say);
    await site.untilWhole(times.whole, say);
  }
  scene.start();
  let course: Course;
  let entries: Awaited<ReturnType<Scene['stop']>> = [];
  try {
    course = await take(scene, mark, say);
  } finally {
    entries = await scene.stop();
    await mark.tidy?.(site, say);
  }
  const { hit: struck, mended, ...rest } = course;
  onSeen({ entries, hit: struck, mended, aim: struck.aim });
  const emergency: Emergency | undefined =
    mark.limits.isEmergency && mended !== undefined
      ? emergencyOf(entries, mended - times.emergency * 1_000, mended - 1_000)
      : undefined;
  const found: Found = {
    ...rest,
    figures: figuresOf(entries, struck, mended),
    violations: await scene.violations(),
    emergency,
  };
  const { name, what, limits } = mark;
  const misses = missesOf(limits, found);
  if (misses.length > 0) for (const line of await journalsAbout(site, found.figures.failures)) say(line);
  return { mark: name, what, limit: limitText(limits), found, misses };
};
