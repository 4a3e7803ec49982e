import type { WorkloadName } from '../scenarios/workloads.ts';
import { workloads } from '../scenarios/workloads.ts';
import { type Figures, figuresOf, isFailed, type Sample } from './lines.ts';
import type { Outcome } from './run.ts';
import { bearable, between, isBorne, recoveryOf, stepsOf } from './steps.ts';

/** One thing that was looked at, and whether it is as it should be. */
export type Finding = { readonly isKept: boolean; readonly text: string };

export type StepFigures = Figures & { readonly isBorne: boolean };

/** Seconds after a spike until all must be as before. */
const recovery = 10;

const words: Readonly<Record<string, string>> = {
  failed: 'no answer, or 5xx',
  unexpected: 'another answer than the contract’s',
  dropped_iterations: 'visitors for whom k6 had no place',
  checks: 'what was answered is right',
  iterations: 'every operation was called',
};

const seconds = (time: number): string => `${Number((time / 1_000).toFixed(2))} s`;

const thresholdFindings = ({ verdicts }: Outcome): Finding[] =>
  verdicts.map(({ metric, rule, isKept }) => ({
    isKept,
    text: `${words[metric] ?? metric.replace('http_req_duration', 'time of')}: ${rule}`,
  }));

/** The figures of each step of a stress that was run to its end. */
export const stepFigures = (samples: readonly Sample[], name: WorkloadName): StepFigures[] => {
  const last = samples.reduce((latest, { at }) => Math.max(latest, at), 0);
  const first = samples.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  return stepsOf(workloads[name].stages)
    .filter(({ to }) => (last - first) / 1_000 >= to - 1)
    .map(({ from, to }) => figuresOf(between(samples, from, to)))
    .map((figures) => ({ ...figures, isBorne: isBorne(figures) }));
};

const spikeFinding = (samples: readonly Sample[]): Finding => {
  const steps = stepsOf(workloads.spike.stages);
  const calm = steps.at(-1);
  if (!calm) return { isKept: false, text: 'the workload has no end' };
  const took = recoveryOf(samples, calm.from, calm.to);
  return {
    isKept: took !== undefined && took <= recovery,
    text:
      took === undefined
        ? `not as before when the run ended, ${calm.to - calm.from} s after the spike`
        : `as before ${took} s after the spike (limit ${recovery} s)`,
  };
};

const kneeFinding = (samples: readonly Sample[]): Finding => {
  const steps = stepFigures(samples, 'stress');
  const borne = steps.findLast((step) => step.isBorne);
  const over = steps.find((step) => !step.isBorne);
  const limit = `p99 ${seconds(bearable.p99)}, ${bearable.failed * 100} % failed`;
  if (!borne) return { isKept: false, text: `not even the first step was borne (${limit})` };
  return over
    ? {
        isKept: true,
        text: `the knee is above ${Math.round(borne.rate)} requests/s: at ${Math.round(over.rate)} p99 was ${seconds(over.p99)} and ${over.failed} of ${over.sent} failed (limits: ${limit})`,
      }
    : { isKept: true, text: `no knee up to ${Math.round(borne.rate)} requests/s: a higher --rate will find it` };
};

/** All that a run is judged by. */
export const findingsOf = (name: WorkloadName | 'smoke', outcome: Outcome): Finding[] => [
  ...thresholdFindings(outcome),
  ...(name === 'spike' ? [spikeFinding(outcome.samples)] : []),
  ...(name === 'stress' ? [kneeFinding(outcome.samples)] : []),
  ...outcome.trouble.map((text) => ({ isKept: false, text })),
];

const row = (name: string, { sent, failed, p50, p99, longest }: Figures): string =>
  `| ${[name, sent, failed, seconds(p50), seconds(p99), seconds(longest)].join(' | ')} |`;

/** What each kind of request was like, as a table. */
export const table = (samples: readonly Sample[]): string => {
  const kinds = (['file', 'read', 'write'] as const).filter((kind) => samples.some((sample) => sample.kind === kind));
  return [
    '| requests | sent | failed | median | p99 | longest |',
    '| --- | --- | --- | --- | --- | --- |',
    ...kinds.map((kind) => row(`${kind}s`, figuresOf(samples.filter((sample) => sample.kind === kind)))),
    row('all', figuresOf(samples)),
  ].join('\n');
};

/** The steps of a stress, as a table. */
export const stepTable = (samples: readonly Sample[]): string =>
  [
    '| requests/s | p50 | p99 | longest | failed | borne |',
    '| --- | --- | --- | --- | --- | --- |',
    ...stepFigures(samples, 'stress').map(
      ({ rate, p50, p99, longest, failed, isBorne: isWell }) =>
        `| ${[Math.round(rate), seconds(p50), seconds(p99), seconds(longest), failed, isWell ? 'yes' : 'no'].join(' | ')} |`,
    ),
  ].join('\n');

/** The first of what failed, with the ids under which the site's logs know them. */
export const failures = (samples: readonly Sample[], most: number): string[] =>
  samples
    .filter((sample) => isFailed(sample) || (sample.word !== '' && !sample.word.startsWith('{"order"')))
    .slice(0, most)
    .map(
      ({ name, status, took, id, word }) => `${name}: ${status || 'no answer'} after ${seconds(took)} (${id}) ${word}`,
    );
