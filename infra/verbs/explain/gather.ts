import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import type { Entry } from './event.ts';
import { beginningCommand, beginningOf, type Bounds, journalCommand, readingOf, type Selection } from './journal.ts';
import { clock, type Period } from './period.ts';
import { ofRequest } from './selections.ts';

/** Which servers' journals can be read. */
export type Reached = {
  /** When the journal of each begins, in milliseconds since 1970. */
  readonly begins: Readonly<Record<string, number>>;
  /** Why a server's journal is missing. */
  readonly faults: Readonly<Record<string, string>>;
};

/**
 * Asks every server for its journal. Whoever does not answer is not waited for again, and whatever is asked next shares the connections that this made.
 * @throws VerbError when none of them answers
 */
export const reach = async (servers: Servers): Promise<Reached> => {
  const answers = Object.entries(await servers.askAll(servers.names, beginningCommand));
  const found = answers.map(([name, answer]) => [name, beginningOf(answer)] as const);
  const begins = found.flatMap(([name, begin]) => (typeof begin === 'number' ? [[name, begin] as const] : []));
  const faults = found.flatMap(([name, begin]) => (typeof begin === 'number' ? [] : [[name, begin.fault] as const]));
  if (begins.length > 0) return { begins: Object.fromEntries(begins), faults: Object.fromEntries(faults) };
  const reasons = faults.map(([name, fault]) => `  ${name}: ${fault}`);
  throw new VerbError(['No journal can be read:', ...reasons].join('\n'), exitCodes.unavailable);
};

/** What the servers' journals said. */
export type Gathered = {
  /** In the order of their times. */
  readonly entries: readonly Entry[];
  /** Why a server's journal is missing. */
  readonly faults: Readonly<Record<string, string>>;
  /** Where there is more than was read, in sentences. */
  readonly cuts: readonly string[];
};

const minute = 60_000;

/** Some 10,000 lines: an hour of a fail-over after the other. What is longer nobody reads. */
const ofEvents: Bounds = { bytes: 8 * 1_048_576, time: 30 };
/** A request that went round and round leaves 100 lines. A whole journal is searched in some 10 s; slow disks take longer. */
const ofSearch: Bounds = { bytes: 262_144, time: 60 };

const cutSentence = (server: string, cut: 'size' | 'time', last: Entry | undefined): string => {
  const why = cut === 'size' ? 'there is more than is read at once' : 'reading it took too long';
  const where = last ? `, what is after ${clock(last.at)} is missing in part` : '';
  return `${server}: ${why}${where}. Choose a shorter time.`;
};

/** Asks the journals that can be read, all at once. */
export const gather = async (
  servers: Servers,
  names: readonly string[],
  period: Period,
  selections: readonly Selection[],
  bounds: Bounds = ofEvents,
): Promise<Gathered> => {
  const questions = names.flatMap((name) => selections.map((selection) => ({ name, selection })));
  const answers = await Promise.all(
    questions.map(async ({ name, selection }) => ({
      name,
      reading: readingOf(name, await servers.ask(name, journalCommand(period, selection, bounds)), bounds.bytes),
    })),
  );
  const readings = answers.flatMap(({ name, reading }) => ('fault' in reading ? [] : [{ name, ...reading }]));
  return {
    entries: readings.flatMap(({ entries }) => entries).toSorted((a, b) => a.at - b.at),
    faults: Object.fromEntries(
      answers.flatMap(({ name, reading }) => ('fault' in reading ? [[name, reading.fault]] : [])),
    ),
    cuts: readings.flatMap(({ name, entries, cut }) => (cut ? [cutSentence(name, cut, entries.at(-1))] : [])),
  };
};

/** The newest part first: what is asked about has mostly just happened. */
const partsOf = ({ from, to }: Period): Period[] => {
  const ends = [0, 15 * minute, 2 * 60 * minute].map((back) => to - back).filter((end) => end > from);
  return ends.map((end, index) => ({ from: ends[index + 1] ?? from, to: end }));
};

/** Finds the lines about a request, wherever in the period it was; there are no entries when nobody knows it. */
export const findRequest = async (
  servers: Servers,
  names: readonly string[],
  id: string,
  period: Period,
): Promise<Gathered> => {
  let faults: Gathered['faults'] = {};
  const cuts: string[] = [];
  const search = async (part: Period): Promise<readonly Entry[]> => {
    const found = await gather(servers, names, part, [ofRequest(id)], ofSearch);
    faults = { ...faults, ...found.faults };
    cuts.push(...found.cuts);
    return found.entries;
  };
  for (const part of partsOf(period)) {
    const entries = await search(part);
    const [first] = entries;
    if (!first) continue;
    // A try that failed may be told of before this part begins.
    const hasMore = part.from > period.from && first.at - part.from < minute;
    const before = hasMore ? await search({ from: part.from - minute, to: part.from }) : [];
    return { entries: [...before, ...entries], faults, cuts };
  }
  return { entries: [], faults, cuts };
};
