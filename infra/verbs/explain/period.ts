import { exitCodes, VerbError } from '../support/exit-codes.ts';

/** From when to when, in milliseconds since 1970. */
export type Period = { readonly from: number; readonly to: number };

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How far back a request is looked for when nobody says: whoever reports one mostly does so within the day. */
const usual = units['d']!;

const refuse = (sentence: string): VerbError => new VerbError(sentence, exitCodes.usage);

const durationOf = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw refuse(`--since is "${text}"; it wants a number and s, m, h or d, such as 5m.`);
};

const timeForm = /^(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A time of an option: without a zone in UTC, as the servers' journals are shown; without a date the last such time that there was.
 * @param after it is after that, if it can be
 */
const timeOf = (option: string, text: string, now: number, after = -Infinity): number => {
  const [, given, time, zone = 'Z'] = timeForm.exec(text) ?? [];
  const date = given ?? new Date(now).toISOString().slice(0, 10);
  const at = Date.parse(`${date}T${time?.replace(',', '.')}${zone}`);
  // Date.parse takes the 30th of February for the 2nd of March.
  const isDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8));
  if (Number.isNaN(at) || !isDay) {
    throw refuse(`${option} is "${text}"; it wants a time (UTC), such as 16:40:05 or 2026-11-26T16:40:05.250Z.`);
  }
  const isOfYesterday = given === undefined && at > now && at - units['d']! > after;
  return isOfYesterday ? at - units['d']! : at;
};

/** The options that say when, as they were given. */
export type PeriodOptions = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly since?: string | undefined;
};

/**
 * The period that options name.
 * @param isOfRequest whether a request is looked for in it, which needs no option
 * @param now milliseconds since 1970
 * @throws VerbError that says which option is wrong
 */
export const periodOf = ({ from, to, since }: PeriodOptions, isOfRequest: boolean, now = Date.now()): Period => {
  if (since !== undefined) {
    if (from !== undefined || to !== undefined)
      throw refuse('--since goes up to now: it takes neither --from nor --to.');
    return { from: now - durationOf(since), to: now };
  }
  if (from === undefined) {
    if (to !== undefined) throw refuse('--to wants --from as well.');
    if (isOfRequest) return { from: now - usual, to: now };
    throw refuse('explain wants the id of a request, or a time: --since 5m, or --from TIME and --to TIME.');
  }
  const begin = timeOf('--from', from, now);
  const end = to === undefined ? now : timeOf('--to', to, now, begin);
  if (begin > now) throw refuse(`--from ${from} is yet to come: it is ${new Date(now).toISOString()}.`);
  if (begin >= end) throw refuse(`--from ${from} is not before ${to === undefined ? 'now' : `--to ${to}`}.`);
  return { from: begin, to: Math.min(end, now) };
};

/** A time of day for a person, in UTC, to the millisecond. */
export const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);

/** Milliseconds for a person. */
export const lasting = (milliseconds: number): string =>
  milliseconds < 1_000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
