import type { Stage } from '../scenarios/workloads.ts';
import { type Figures, figuresOf, type Sample } from './lines.ts';

/** A time in which the rate was the same; seconds from the beginning of the run. */
export type Step = { readonly from: number; readonly to: number; readonly rate: number };

/** The times of a workload in which its rate stays as it is. */
export const stepsOf = (stages: readonly Stage[]): Step[] => {
  let time = 0;
  let rate = 0;
  const steps: Step[] = [];
  for (const stage of stages) {
    if (stage.rate === rate) steps.push({ from: time, to: time + stage.seconds, rate });
    time += stage.seconds;
    rate = stage.rate;
  }
  return steps;
};

const begin = (samples: readonly Sample[]): number => samples.reduce((first, { at }) => Math.min(first, at), Infinity);

/** What was sent between two seconds of a run. */
export const between = (samples: readonly Sample[], from: number, to: number): Sample[] => {
  const start = begin(samples);
  return samples.filter(({ at }) => at >= start + from * 1_000 && at < start + to * 1_000);
};

/** What a site must keep to be said to hold a rate: the knee is where it does not. */
export const bearable = { p99: 500, failed: 0.001 } as const;

export const isBorne = ({ p99, failed, sent }: Figures): boolean =>
  sent > 0 && p99 < bearable.p99 && failed <= sent * bearable.failed;

/** Seconds that a window of the recovery lasts. */
const window = 2;

/**
 * Seconds from the end of a spike until everybody is answered as before; undefined when that was not seen.
 * @param end when the rate was back, in seconds from the beginning
 * @param until the end of what is looked at
 */
export const recoveryOf = (samples: readonly Sample[], end: number, until: number): number | undefined => {
  // The first request comes a moment after the beginning, so the last one before what is looked at is over: a window without any says nothing.
  const last = samples.reduce((latest, { at }) => Math.max(latest, at), 0);
  const over = Math.min(until, (last - begin(samples)) / 1_000);
  let since: number | undefined;
  for (let from = end; from + window <= over; from += 1) {
    const isWell = isBorne(figuresOf(between(samples, from, from + window)));
    if (isWell) since ??= from;
    else since = undefined;
  }
  return since === undefined ? undefined : since - end;
};
