import { frequency } from '../profile/perf.ts';
import type { Both } from '../pair.ts';
import type { Profile, Share } from '../profile/profile.ts';

/** A pair, and where its time goes. */
export type ProfiledPair = { readonly what: string; readonly against: string; readonly profiles: Both<Profile> };

export type ProfileRecord = {
  readonly date: string;
  readonly command: string;
  readonly processor: string;
  readonly kernel: string;
  readonly node: string;
  readonly pairs: readonly ProfiledPair[];
};

/** Less than this of a request, in hundredths, is left out. */
const worthALine = 0.5;

const number = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
const sum = (shares: readonly Share[]): number => shares.reduce((total, { value }) => total + value, 0);
const valueIn = (shares: readonly Share[], wanted: string): number =>
  shares.find(({ name }) => name === wanted)?.value ?? 0;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Kinds side by side, by what they cost ours. */
const kindsOf = ({ ours, theirs }: Both<Profile>, against: string): string => {
  const least = (sum(ours.kinds) * worthALine) / 100;
  const names = [...new Set([...ours.kinds, ...theirs.kinds].map(({ name }) => name))];
  const rows = names
    .map((name) => [name, valueIn(ours.kinds, name), valueIn(theirs.kinds, name)] as const)
    .filter(([, own, other]) => Math.max(own, other) > least);
  return table(
    ['µs of a core for a request', ours.part, theirs.part === ours.part ? against : theirs.part],
    [
      ...rows.map(([name, own, other]) => [name, number(own), number(other)]),
      ['**all**', `**${number(sum(ours.kinds))}**`, `**${number(sum(theirs.kinds))}**`],
    ],
  );
};

const busyText = (shares: readonly Share[]): string =>
  shares
    .filter(({ value }) => value >= 1)
    .map(({ name, value }) => `${name} ${Math.round(value)} %`)
    .join(', ');

const coresOf = ({ part, rate, busy }: Profile): string =>
  `${part}, ${Math.round(rate).toLocaleString('en')} requests/s: one core has ${busyText(busy.measured) || 'nothing'}; the other ${busyText(busy.others) || 'nothing'}.`;

/** Less than this, in MB, is not named. */
const worthNaming = 0.5;

/** Ours alone: of others there is nothing to tell apart. */
const memoryText = ({ part, memory }: Profile): string => {
  const { files, heap = {}, rest } = memory;
  const spaces = Object.entries(heap).toSorted(([, a], [, b]) => b - a);
  const used = spaces.reduce((total, [, value]) => total + value, 0);
  const named = spaces.filter(([, value]) => value > worthNaming).map(([name, value]) => `${name} ${number(value)}`);
  const whole = `${Math.round(files + used + rest)} MB of ${part} while it is asked: ${Math.round(files)} are pages of the program and of libraries`;
  return `${whole}, ${Math.round(used)} are in use in V8’s heap (${named.join(', ')}), ${Math.round(rest)} are the rest of what V8 holds, code, stacks, buffers and Node’s own.`;
};

/** What a name in a table may not have. */
const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('`', '');

const listOf = (shares: readonly Share[], count: number): string =>
  shares
    .slice(0, count)
    .map(({ name, value }) => `\`${escaped(name)}\` ${number(value)}`)
    .join(', ');

const pairText = ({ what, against, profiles }: ProfiledPair): string => {
  const { ours, theirs } = profiles;
  return [
    `## ${what}, against ${against}`,
    kindsOf(profiles, against),
    [ours, theirs].map((profile) => `- ${coresOf(profile)}`).join('\n'),
    ...(ours.memory.heap ? [memoryText(ours)] : []),
    ...(ours.owners.length > 0 ? [`JavaScript of ${ours.part}, µs: ${listOf(ours.owners, 10)}.`] : []),
    `Functions of ${ours.part}, µs: ${listOf(ours.functions, 12)}.`,
  ].join('\n\n');
};

/** The page of profiles. */
export const profilesOf = ({
  date,
  command,
  processor,
  kernel,
  node,
  pairs,
}: ProfileRecord): string => `# Where the time goes, ${date.slice(0, 10)}

${processor}, Linux ${kernel}, Node ${node}.

\`\`\`sh
${command}
\`\`\`

Of the pairs of the [bench](bench.md): while each is asked as often as it answers, perf looks ${frequency} times a second where both cores are. A request's cost is what was seen of its part, divided by the requests of that time. What runs in other threads of the same program (V8
collects garbage there) counts as well.

${pairs.map(pairText).join('\n\n')}
`;
