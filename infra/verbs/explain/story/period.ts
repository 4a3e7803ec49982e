import { clock, lasting, type Period } from '../period.ts';
import type { Hop } from '../request.ts';

/** Requests that are named; who wants more asks about a shorter time. */
const named = 10;

const took = ({ from, to }: Hop): number => to - from;

/** Those that took longest. */
export const slowest = (hops: readonly Hop[]): Hop[] => hops.toSorted((a, b) => took(b) - took(a)).slice(0, named);

/** What became of the requests of a period, in a sentence. */
export const periodSentence = ({ from, to }: Period, hops: readonly Hop[]): string => {
  const time = `Between ${clock(from)} and ${clock(to)}`;
  const [longest] = slowest(hops);
  if (!longest)
    return `${time} every request was answered within a second, none failed, and none was tried again at the edge.`;
  const long = hops.filter((hop) => took(hop) >= 1_000).length;
  const failed = hops.filter(({ status }) => status >= 500 || status <= 0).length;
  const repeated = hops.filter(({ tries }) => tries > 0).length;
  const what = `${longest.method} ${longest.path}, answered ${longest.status} after ${lasting(took(longest))}`;
  return `${time} ${long} requests took a second or longer, ${failed} failed, ${repeated} were tried again at the edge; the longest was ${what}.`;
};
