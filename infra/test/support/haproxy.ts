/** A section of HAProxy's configuration, such as `backend web`, by its lines without comments. */
export type Section = readonly string[];

const starts = /^(global|defaults|frontend|backend|listen|peers|cache|crt-store)\b/;

/** The sections of a configuration, by what stands in front: `backend app from http` is `backend app`. */
export const sectionsOf = (text: string): Readonly<Record<string, Section>> => {
  const sections: Record<string, string[]> = {};
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const code = line.trim();
    if (code === '' || code.startsWith('#')) continue;
    if (starts.test(line)) sections[code.split(' ').slice(0, 2).join(' ')] = current = [];
    else current.push(code);
  }
  return sections;
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** Milliseconds of `250ms`, `10s`, `10m`. */
export const duration = (text: string | undefined): number => {
  const [, count, unit = ''] = /^(\d+)(ms|s|m)$/.exec(text ?? '') ?? [];
  const factor = units[unit];
  if (count === undefined || factor === undefined) throw new Error(`"${text}" is no time`);
  return Number(count) * factor;
};

/** What follows on words in a section: `after(section, 'timeout server')` is `40s`. */
export const after = (section: Section | undefined, words: string): string | undefined =>
  section?.find((line) => line === words || line.startsWith(`${words} `))?.slice(words.length + 1);
