import type { DrillRecord } from '../record.ts';
import { duration, pair, seconds, summaryOf, type SummaryRow } from './summary.ts';

const head = [
  'mark',
  'event',
  'limit',
  'N',
  'longest stall',
  'failed',
  'in flight',
  'lost, doubled',
  'whole after',
  'met',
];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const row = ({ mark, what, limit, runs, stall, failed, inFlight, lost, redundancy, missed }: SummaryRow): string =>
  line([
    mark,
    what,
    limit,
    String(runs),
    pair(stall, runs, seconds),
    pair(failed, runs, String),
    pair(inFlight, runs, String),
    String(lost),
    pair(redundancy, runs, seconds),
    missed === 0 ? 'yes' : `**${runs - missed} of ${runs}**`,
  ]);

const tables = (rows: readonly SummaryRow[]): string =>
  [...Map.groupBy(rows, ({ group }) => group)]
    .map(([group, own]) => [`## ${group}`, '', line(head), line(head.map(() => '---')), ...own.map(row)].join('\n'))
    .join('\n\n');

const missesOf = ({ injections }: DrillRecord): string => {
  const missed = injections.filter(({ misses }) => misses.length > 0);
  if (missed.length === 0) return 'Every mark was met.';
  return missed.map(({ mark, misses }) => `- ${mark}: ${misses.slice(0, 3).join('; ')}`).join('\n');
};

/** What came of a drill, as a document. */
export const markdownOf = (record: DrillRecord): string => {
  const { date, command, environment, injections, took } = record;
  const lost = injections.reduce((sum, { found }) => sum + found.violations.length, 0);
  const sent = injections.reduce((sum, { found }) => sum + found.figures.sent, 0);
  const missed = injections.filter(({ misses }) => misses.length > 0).length;
  return `# Drill of ${date.slice(0, 10)}

${injections.length} faults in ${duration(took)}, ${sent.toLocaleString('en')} requests: **${lost} acknowledged writes lost or doubled**, ${missed} faults missed their mark.

| | |
| --- | --- |
${Object.entries(environment)
  .map(([name, value]) => line([name, value]))
  .join('\n')}

\`\`\`sh
${command}
\`\`\`

Where a fault was tried several times: median · maximum. *Longest stall*: the longest request from the fault until it was mended. *In flight*: sent before the fault, or before anybody could
know of it. *Whole after*: until everything was there twice again. The same as a page with a picture of each fault: [drill.html](drill.html).

${tables(summaryOf(injections))}

## Missed

${missesOf(record)}
`;
};
