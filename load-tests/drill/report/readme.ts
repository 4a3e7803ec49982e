import { withMarked } from '../../report/marked.ts';
import { median } from '../../servers/figures.ts';
import type { Injection } from '../record.ts';
import { pair, seconds } from './summary.ts';

/** What the marks of one number are about, in the order of the table. */
const subjects: readonly (readonly [number, string])[] = [
  [1, 'the address moves to the other balancer on purpose'],
  [2, 'HAProxy killed'],
  [3, 'the balancer’s server lost'],
  [4, 'an instance of web or app killed'],
  [5, 'an instance of web or app frozen'],
  [6, 'database switched over on purpose'],
  [7, 'PostgreSQL killed on the primary'],
  [8, 'the primary’s server lost'],
  [9, 'the server lost that is balancer, primary and cache at once'],
  [10, 'the primary cut off from the others'],
  [11, 'a standby, or a member of etcd, lost'],
  [12, 'Valkey’s primary lost'],
  [13, 'a release deployed, with a migration'],
  [14, 'a bad release deployed, and undone by itself'],
  [15, 'every server rebooted in turn'],
  [16, 'a server joins, or is replaced'],
  [17, 'two of three servers lost'],
  [18, 'a lost server comes back'],
  [19, 'nothing, but one packet in a hundred lost, and servers that stand still for 2 s'],
];

const numberOf = ({ mark }: Injection): number => Number.parseInt(mark, 10);

const failuresOf = (runs: readonly Injection[]): string => {
  const figures = runs.map(({ found }) => found.figures);
  const most = Math.max(...figures.map(({ failed }) => failed));
  // Whom nobody can serve is told so at once; that is what is wanted.
  if (runs.every(({ found }) => found.emergency !== undefined)) return `${most}, refused at once`;
  const isAllInFlight = figures.every(({ failed, failedInFlight }) => failed === failedInFlight);
  return most > 0 && isAllInFlight ? `${most}, in flight` : String(most);
};

const row = (subject: string, runs: readonly Injection[]): string => {
  const waits = runs.map(({ found }) => found.figures.longest);
  const lost = runs.reduce((sum, { found }) => sum + found.violations.length, 0);
  const missed = runs.filter(({ misses }) => misses.length > 0).length;
  const cells = [
    subject,
    pair([median(waits), Math.max(...waits)], runs.length, seconds),
    failuresOf(runs),
    String(lost),
    missed === 0 ? 'yes' : `${runs.length - missed} of ${runs.length}`,
  ];
  return `| ${cells.join(' | ')} |`;
};

/** The marks of a drill in as many lines as README has room for: those of one number in one. */
export const readmeTable = (injections: readonly Injection[]): string => {
  const head = ['what happens', 'longest wait', 'failed', 'lost or doubled', 'mark met'];
  const rows = subjects.flatMap(([number, subject]) => {
    const runs = injections.filter((injection) => numberOf(injection) === number);
    return runs.length === 0 ? [] : [row(subject, runs)];
  });
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
};

const marks = { begin: '<!-- drill: npx nx drill-results load-tests -->', end: '<!-- /drill -->' };

/**
 * README with that table where its marks stand.
 * @throws Error when it has no such marks
 */
export const withTable = (readme: string, injections: readonly Injection[]): string =>
  withMarked(readme, 'README.md', marks, readmeTable(injections));
