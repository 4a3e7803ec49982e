import type { Event } from '../event.ts';
import { lasting } from '../period.ts';
import { hasLeft, type Hop, outermost } from '../request.ts';

const at = ({ who, server }: Pick<Hop, 'who' | 'server'>): string => `${who} on ${server}`;
const took = ({ from, to }: Hop): number => to - from;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ofStage = (hops: readonly Hop[], stage: Hop['stage']): readonly Hop[] =>
  hops.filter((hop) => hop.stage === stage);

/** Milliseconds below which nobody asks where the time went. */
const short = 100;
/** Milliseconds of waiting that are worth a word. */
const noticed = 10;

/** What was waited for, and where. */
const held = (hops: readonly Hop[]): string[] =>
  hops
    .filter((hop) => hop.held >= noticed)
    .map((hop) => {
      const what = hop.stage === 'app' ? 'a primary that takes writes' : 'an app that answers';
      return `${lasting(hop.held)} held by ${at(hop)}, which waited for ${what}`;
    });

/** Who had to try more than once. */
const repeated = (hops: readonly Hop[]): string[] =>
  hops
    .filter(({ tries, stage }) => tries > 0 && stage !== 'web' && stage !== 'app')
    .map(({ who, server, stage, tries, next }) => {
      const times = tries === 1 ? 'twice' : `${tries + 1} times`;
      const last = next ? `, last ${next.what} on ${next.server}` : '';
      return `the ${who} on ${server} asked ${stage === 'router' ? 'app' : 'web'} ${times}${last}`;
    });

/** Where most of the time went, when nothing says that it was waited for; undefined where nobody behind tells. */
const spent = (hops: readonly Hop[], whole: Hop): string | undefined => {
  const [app, web] = [ofStage(hops, 'app'), ofStage(hops, 'web')];
  const { sending = 0, taking = 0 } = whole.clientTime ?? {};
  const [inApp, inWeb] = [sum(app.map(took)), sum(web.map(took))];
  const rest = took(whole) - (inWeb || inApp) - sending - taking;
  const between = hops.length > 1 ? `at the ${whole.who} on ${whole.server}, or between it and what is behind` : '';
  const parts: readonly (readonly [milliseconds: number, before: string, after: string])[] = [
    [sending, 'its client took', 'to send it'],
    [taking, 'its client took', 'to take the answer'],
    [inApp, '', `of it in ${app.map(at).join(' and ')}`],
    [inWeb - inApp, '', `of it in ${web.map(at).join(' and ')}, or between it and app`],
    [rest, '', between && `of it ${between}`],
  ];
  const [[milliseconds, before, after] = [0, '', '']] = parts.toSorted(([a], [b]) => b - a);
  return after === '' ? undefined : [before, lasting(milliseconds), after].filter(Boolean).join(' ');
};

const why = (hops: readonly Hop[], whole: Hop): string => {
  const waits = held(hops);
  if (waits.length > 0) return `, of which ${waits.join(' and ')}`;
  if (took(whole) < short) return '; nothing held it up';
  const where = spent(hops, whole);
  return where === undefined ? '' : `, ${where}`;
};

const answered = (whole: Hop): string => {
  const what = `${whole.method} ${whole.path}`;
  if (whole.status > 0) return `${what} was answered ${whole.status} after ${lasting(took(whole))}`;
  return `${what} ended without an answer after ${lasting(took(whole))}`;
};

/**
 * What became of a request, and why it took so long, in a few sentences.
 * @param hops that it made
 * @param remarks what was said of it besides
 */
export const requestSentences = (hops: readonly Hop[], remarks: readonly Event[]): string[] => {
  const whole = outermost(hops);
  if (!whole) return ['Nobody tells of its answer: whoever had it ended before. What was said of it is all there is.'];
  const again = repeated(hops).map((text) => `; ${text}`);
  const fault = whole.status >= 500 ? remarks.at(-1) : undefined;
  return [
    `${answered(whole)}${why(hops, whole)}${again.join('')}.`,
    ...(fault ? [`The word of ${at(fault)}: ${fault.what}.`] : []),
    ...(hops.some((hop) => hop.isReplayed)
      ? ['An earlier try had done the write; the answer is the one that was stored then.']
      : []),
    ...(hasLeft(whole) ? ['Its client did not wait for the answer.'] : []),
    ...(whole.stage === 'edge'
      ? []
      : ['No edge tells of its answer: the one that had it ended, or its journal is missing.']),
  ];
};
