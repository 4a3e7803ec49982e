import type { DrillRecord, Injection } from '../record.ts';
import { chartOf } from './chart.ts';
import { escape } from './escape.ts';
import { style } from './style.ts';
import { duration, pair, seconds, summaryOf, type SummaryRow } from './summary.ts';

const figures = ({ injections, took }: DrillRecord): string => {
  const sum = (value: (injection: Injection) => number): number => injections.reduce((all, one) => all + value(one), 0);
  const missed = injections.filter(({ misses }) => misses.length > 0).length;
  const lost = sum(({ found }) => found.violations.length);
  const all: readonly (readonly [string, string, boolean])[] = [
    ['faults', String(injections.length), false],
    ['marks missed', String(missed), missed > 0],
    ['writes lost or doubled', String(lost), lost > 0],
    ['requests', sum(({ found }) => found.figures.sent).toLocaleString('en'), false],
    ['failed', sum(({ found }) => found.figures.failed).toLocaleString('en'), false],
    ['of those in flight', sum(({ found }) => found.figures.failedInFlight).toLocaleString('en'), false],
    ['it took', duration(took), false],
  ];
  const one = ([name, value, isBad]: readonly [string, string, boolean]): string =>
    `<div><dt>${name}</dt><dd${isBad ? ' class="bad"' : ''}>${value}</dd></div>`;
  return `<dl class="figures">${all.map(one).join('')}</dl>`;
};

const heads: readonly (readonly [string, boolean])[] = [
  ['mark', false],
  ['event', false],
  ['limit', false],
  ['N', true],
  ['longest stall', true],
  ['failed', true],
  ['in flight', true],
  ['lost, doubled', true],
  ['whole after', true],
  ['met', false],
];

const row = ({ mark, what, limit, runs, stall, failed, inFlight, lost, redundancy, missed }: SummaryRow): string => {
  const number = (words: string, isBad = false): string => `<td class="number${isBad ? ' bad' : ''}">${words}</td>`;
  const met = missed === 0 ? '<td class="good">yes</td>' : `<td class="bad">${runs - missed} of ${runs}</td>`;
  return `<tr><td><a href="#${escape(mark)}">${escape(mark)}</a></td><td>${escape(what)}</td><td>${escape(limit)}</td>${[
    number(String(runs)),
    number(pair(stall, runs, seconds)),
    number(pair(failed, runs, String)),
    number(pair(inFlight, runs, String)),
    number(String(lost), lost > 0),
    number(pair(redundancy, runs, seconds)),
  ].join('')}${met}</tr>`;
};

const table = (rows: readonly SummaryRow[]): string => {
  const head = heads
    .map(([name, isNumber]) => `<th scope="col"${isNumber ? ' class="number"' : ''}>${name}</th>`)
    .join('');
  const groups = [...Map.groupBy(rows, ({ group }) => group)].map(
    ([group, own]) =>
      `<tbody><tr class="group"><th scope="rowgroup" colspan="${heads.length}">${escape(group)}</th></tr>${own.map(row).join('')}</tbody>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead>${groups.join('')}</table></div>`;
};

const legend = `<p class="legend">${[
  ['served', 'answered'],
  ['held', 'answered after waiting for the database'],
  ['failed', 'no answer, or 5xx'],
  ['p99', '99th percentile'],
  ['longest', 'longest'],
]
  .map(([name, words]) => `<span><i style="background: var(--${name})"></i>${words}</span>`)
  .join('')}</p>`;

const one = (injection: Injection, turn: number, isOpen: boolean): string => {
  const { misses, aim, found, hit } = injection;
  const isMet = misses.length === 0;
  const parts = [
    `${turn}.`,
    ...(aim === undefined ? [] : [`aimed at ${aim}`]),
    `longest ${seconds(found.figures.longest)}`,
    `${found.figures.failed} of ${found.figures.sent} failed`,
    `whole after ${seconds(found.redundancy)}`,
  ];
  const list = isMet ? '' : `<ul class="misses">${misses.map((miss) => `<li>${escape(miss)}</li>`).join('')}</ul>`;
  const when = new Date(hit.from).toISOString().slice(11, 19);
  return `<details${isOpen ? ' open' : ''}><summary><span class="${isMet ? 'good' : 'bad'}">${isMet ? 'met' : 'missed'}</span> ${escape(parts.join(' · '))} · ${when} UTC</summary><div>${list}${chartOf(injection)}</div></details>`;
};

const section = (mark: string, runs: readonly Injection[]): string => {
  // What went wrong is looked at first; of what went well, one picture is enough.
  const shown = runs.findIndex(({ misses }) => misses.length > 0);
  const pictures = runs.map((run, index) => one(run, index + 1, index === Math.max(0, shown)));
  return `<section id="${escape(mark)}"><h2>${escape(mark)}: ${escape(runs[0]?.what ?? '')}</h2><p class="lead">Limit: ${escape(runs[0]?.limit ?? '')}</p>${pictures.join('')}</section>`;
};

const about = ({ environment, command, date }: DrillRecord): string => {
  const rows = Object.entries({ date, ...environment }).map(
    ([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`,
  );
  return `<h2>Where and how</h2><pre>${escape(command)}</pre><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div>`;
};

/** A drill as one page that needs nothing else: its table against the marks, and of each fault a picture over time. */
export const htmlOf = (record: DrillRecord): string => {
  const { injections, date } = record;
  const missed = injections.filter(({ misses }) => misses.length > 0).length;
  const verdict = missed === 0 ? 'every mark was met' : `${missed} of ${injections.length} missed their mark`;
  const sections = [...Map.groupBy(injections, ({ mark }) => mark)].map(([mark, runs]) => section(mark, runs));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drill of ${escape(date.slice(0, 10))}: ${verdict}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>What happens when things die</h1>
<p class="lead">Drill of ${escape(date.slice(0, 10))}: ${injections.length} faults, ${verdict}.</p>
${figures(record)}
${table(summaryOf(injections))}
<p class="lead">Where a fault was tried several times: median · maximum. <em>Longest stall</em>: the longest request from the fault until it was mended. <em>In flight</em>: sent before the fault, or before anybody could know of it. <em>Whole after</em>: until everything was there twice again.</p>
${about(record)}
<h2>Fault by fault</h2>
${legend}
${sections.join('\n')}
</main>
</body>
</html>
`;
};
