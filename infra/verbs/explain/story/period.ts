import { clock, lasting, type Period } from '../period.ts';
import type { Hop } from '../request.ts';

/** Requests that are named; who wants more asks about a shorter time. */
const named = 10;

const took = ({ from, to }: Hop): number => to - from;

/** Those that took longest. */
export const slowest = (hops: readonly Hop[]): Hop[] => hops.toSorted((a, b) => took(b) - took(a)).slice(0, named);

const requests = (count: number): string => `${count} ${count === 1 ? 'request' : 'requests'}`;

/** What became of the requests of a period, in a sentence. */
export const periodSentence = ({ from, to }: Period, hops: readonly Hop[]): string => {
  const time = `Between ${clock(from)} and ${clock(to)}`;
  const [longest] = slowest(hops);
  if (!longest)
    return `${time} every request was answered within a second, none failed, and none was tried again at the edge.`;
  const { method, path, status } = longest;
  const counts = [
    `${requests(hops.filter((hop) => took(hop) >= 1_000).length)} took a second or longer`,
    `${hops.filter((hop) => hop.status >= 500 || hop.status <= 0).length} failed`,
    `${hops.filter(({ tries }) => tries > 0).length} were tried again at the edge`,
  ];
  const outcome = `${status > 0 ? `answered ${status}` : 'without an answer'} after ${lasting(took(longest))}`;
  return `${time} ${counts.join(', ')}; the longest was ${method} ${path}, ${outcome}.`;
};
