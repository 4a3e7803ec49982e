import type { Figures } from './process-figures.ts';

/** A program that runs. */
export type Running = Figures & {
  readonly pid: number;
  readonly stop: () => Promise<void>;
  /** Where it says its figures to Prometheus, if it does. */
  readonly metrics?: string;
};

const all = new Set<() => Promise<void>>();

/** A program that `stopAll` ends, unless somebody did before. */
export const remembered = <Program extends Running>(program: Program): Program => {
  const stop = async (): Promise<void> => {
    all.delete(stop);
    await program.stop();
  };
  all.add(stop);
  return { ...program, stop };
};

/** Ends all that runs, the last one first: it needs those before it. Also what was started when something went wrong half-way. */
export const stopAll = async (): Promise<void> => {
  for (const stop of [...all].toReversed()) await stop();
};
