import type { Event } from './event.ts';

/** One line of the timeline: an event, or the same one several times, on one server or on several. */
export type Line = {
  readonly at: number;
  readonly until: number;
  readonly servers: readonly string[];
  readonly who: string;
  readonly what: string;
  readonly count: number;
  readonly isOfRequest: boolean;
};

/** Milliseconds between two that are told as one: in a fail-over each connection says the same, and each server. */
const together = 500;

type Growing = { -readonly [Key in keyof Line]: Line[Key] };

/** Events in the order of their times; what is said again and again within a moment is said once. */
export const linesOf = (events: readonly Event[]): Line[] => {
  const lines: Growing[] = [];
  const latest = new Map<string, Growing>();
  for (const { at, server, who, what, isOfRequest = false } of events.toSorted((a, b) => a.at - b.at)) {
    const key = `${who}\n${what}`;
    const last = latest.get(key);
    if (last && !isOfRequest && at - last.until <= together) {
      last.until = at;
      last.count += 1;
      if (!last.servers.includes(server)) last.servers = [...last.servers, server].toSorted();
      continue;
    }
    const line: Growing = { at, until: at, servers: [server], who, what, count: 1, isOfRequest };
    lines.push(line);
    if (!isOfRequest) latest.set(key, line);
  }
  return lines;
};
