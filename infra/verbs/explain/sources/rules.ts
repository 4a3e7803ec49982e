import type { Entry, Event, Fact, Names } from '../event.ts';

/** What a line says, to a person and to the story. */
export type Said = string | { readonly what: string; readonly fact: Fact };

/** Lines that are understood, and what they say; undefined where it is nothing that anybody needs. */
export type Rule = readonly [
  pattern: RegExp,
  say: (match: readonly string[], entry: Entry, names: Names) => Said | undefined,
];

/** How the lines of one program are read. */
export type Source = {
  readonly isOf: (entry: Entry) => boolean;
  /** The program's name for a person. */
  readonly who: (entry: Entry) => string;
  /** The first that matches counts. */
  readonly rules: readonly Rule[];
};

/** What an entry says, by the rules of its source; undefined where there is none, or it says nothing. */
export const readBy = ({ rules, who }: Source, entry: Entry, names: Names): Event | undefined => {
  for (const [pattern, say] of rules) {
    const match = pattern.exec(entry.text);
    if (!match) continue;
    const said = say(match, entry, names);
    if (said === undefined) return undefined;
    const { at, server } = entry;
    return { at, server, who: who(entry), ...(typeof said === 'string' ? { what: said } : said) };
  }
  return undefined;
};
