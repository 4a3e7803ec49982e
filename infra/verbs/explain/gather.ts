import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import type { Entry } from './event.ts';
import { beginningCommand, beginningOf, type Bounds, journalCommand, readingOf, type Selection } from './journal.ts';
import { clock, type Period } from './period.ts';
import { ofRequest } from './selections.ts';

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

/**
 * Asks servers' journals, all at once.
 * @throws VerbError when none of them answers
 */
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
  const faults = Object.fromEntries(
    answers.flatMap(({ name, reading }) => ('fault' in reading ? [[name, reading.fault]] : [])),
  );
  const readings = answers.flatMap(({ name, reading }) => ('fault' in reading ? [] : [{ name, ...reading }]));
  if (readings.length === 0) {
    const reasons = Object.entries(faults).map(([name, fault]) => `  ${name}: ${fault}`);
    throw new VerbError(['No journal can be read:', ...reasons].join('\n'), exitCodes.unavailable);
  }
  return {
    entries: readings.flatMap(({ entries }) => entries).toSorted((a, b) => a.at - b.at),
    faults,
    cuts: readings.flatMap(({ name, entries, cut }) => (cut ? [cutSentence(name, cut, entries.at(-1))] : [])),
  };
};

/** Since when servers' journals know anything, where that is not from the beginning of a period on: in sentences. */
export const beginnings = async (servers: Servers, names: readonly string[], { from }: Period): Promise<string[]> => {
  const found = await Promise.all(
    names.map(async (name) => ({ name, begin: beginningOf(await servers.ask(name, beginningCommand)) })),
  );
  return found.flatMap(({ name, begin }) =>
    begin === undefined || begin <= from
      ? []
      : `${name}: its journal begins on ${new Date(begin).toISOString()}; of what was before it says nothing.`,
  );
};

/** The newest part first: what is asked about has mostly just happened. */
const partsOf = ({ from, to }: Period): Period[] => {
  const ends = [0, 15 * minute, 2 * 60 * minute].map((back) => to - back).filter((end) => end > from);
  return ends.map((end, index) => ({ from: ends[index + 1] ?? from, to: end }));
};

/** Finds the lines about a request, wherever in the period it was; there are no entries when nobody knows it. */
export const findRequest = async (servers: Servers, id: string, period: Period): Promise<Gathered> => {
  let names = servers.names;
  let faults: Gathered['faults'] = {};
  const cuts: string[] = [];
  const search = async (part: Period): Promise<readonly Entry[]> => {
    const found = await gather(servers, names, part, [ofRequest(id)], ofSearch);
    faults = { ...faults, ...found.faults };
    cuts.push(...found.cuts);
    // Who did not answer is not waited for once more.
    names = names.filter((name) => !(name in faults));
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
