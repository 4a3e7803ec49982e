import { type Figures, quantile } from './figures.ts';

/** The first instance of a new release, and all that still run the old one, over the same seconds. */
export type Comparison = {
  readonly canary: Figures;
  readonly others: Figures;
  /** The same since the canary had warmed up; a cold process answers its first requests slowly. */
  readonly warmCanary: Figures;
  readonly warmOthers: Figures;
  /** How often systemd had to start the canary again; -1 when it is not ready now. */
  readonly restarts: number;
};

export type Verdict = { readonly isGood: boolean; readonly because: string };

/** Fewer failures may be anybody's: one client's broken connection, say. */
const leastFailures = 3;
/** What a canary may fail more often than the others: an hour's usual share of errors is far below. */
const tolerated = { factor: 3, share: 0.01 };
/** With fewer answers a quantile is one client's luck. */
const leastAnswers = 50;
/**
 * How much slower a canary may be. It has colder caches and code that is not compiled yet; beside a busy neighbour a quantile
 * doubles by itself. The seconds keep a millisecond that became three from counting.
 */
const slowness = [
  { name: 'half of its answers', share: 0.5, factor: 3, seconds: 0.025 },
  { name: 'a twentieth of its answers', share: 0.95, factor: 2.5, seconds: 0.1 },
] as const;

const shareOf = (part: number, all: number): number => (all === 0 ? 0 : part / all);

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

const milliseconds = (seconds: number): string => `${Math.round(seconds * 1_000)} ms`;

/**
 * Why a canary fails, if it does: two independent counts, that of the balancers, who see crashes and resets, and its own, which has
 * also the answers that a balancer repeated elsewhere.
 */
const failing = (canary: Figures, others: Figures): string | undefined => {
  const counts = [
    { failed: canary.failures, all: canary.balanced, others: shareOf(others.failures, others.balanced) },
    { failed: canary.errors, all: canary.answers, others: shareOf(others.errors, others.answers) },
  ];
  for (const { failed, all, others: usual } of counts) {
    const share = shareOf(failed, Math.max(all, failed));
    if (failed < leastFailures || share <= usual * tolerated.factor + tolerated.share) continue;
    return `${failed} of its ${Math.max(all, failed)} requests failed (${percent(share)}; of the others' ${percent(usual)})`;
  }
  return undefined;
};

const slow = (canary: Figures, others: Figures): string | undefined => {
  if (canary.answers < leastAnswers || others.answers < leastAnswers) return undefined;
  for (const { name, share, factor, seconds } of slowness) {
    const [own, usual] = [quantile(canary.buckets, share), quantile(others.buckets, share)];
    if (own <= usual * factor || own <= usual + seconds) continue;
    return `${name} took ${milliseconds(own)} or longer (of the others' ${milliseconds(usual)})`;
  }
  return undefined;
};

/** Judges a canary by what was seen until now. A verdict that is not good is final. */
export const judge = ({ canary, others, warmCanary, warmOthers, restarts }: Comparison): Verdict => {
  if (restarts > 0) return { isGood: false, because: 'it ended by itself' };
  if (restarts < 0) return { isGood: false, because: 'it is not ready any more' };
  const fault = failing(canary, others) ?? slow(warmCanary, warmOthers);
  if (fault !== undefined) return { isGood: false, because: fault };
  const seen = Math.max(canary.answers, canary.balanced);
  if (seen < leastAnswers) {
    return { isGood: true, because: `too few requests to compare (${seen}): it is ready and did not end` };
  }
  const [own, usual] = [quantile(canary.buckets, 0.95), quantile(others.buckets, 0.95)];
  const failed = percent(shareOf(canary.errors, canary.answers));
  return {
    isGood: true,
    because: `${seen} requests, ${failed} failed, 95 % within ${milliseconds(own)} (the others: ${milliseconds(usual)})`,
  };
};
