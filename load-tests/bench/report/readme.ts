import { withMarked } from '../../report/marked.ts';
import { markText, misses, missesOfMemory, valueOf, valueText } from '../marks.ts';
import type { Result } from '../pair.ts';

/** One of each kind, from the client's side to the database's: README has room for no more. */
const shown = [
  'edge-small',
  'file-small-nginx',
  'file-small-@fastify/static',
  'forward-nginx',
  'forward-@fastify/http-proxy',
  'list-uncached',
  'list',
  'article',
  'order',
  'growth-list',
  'traces-site',
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The lines that README shows of a bench. */
export const readmeTable = (results: readonly Result[]): string => {
  const rows = shown.flatMap((name) => {
    const result = results.find((one) => one.name === name);
    if (!result) return [];
    const { what, against, mark } = result;
    const reached = misses(result).length === 0 ? 'yes' : ['**no**', ...missesOfMemory(result)].join('; ');
    return [row([what, against, valueText(mark, valueOf(result)), markText(mark), reached])];
  });
  const head = ['what', 'against', 'found (rounds)', 'mark', 'reached'];
  return [row(head), row(head.map(() => '---')), ...rows].join('\n');
};

const marks = { begin: '<!-- bench: npx nx bench load-tests -- --publish -->', end: '<!-- /bench -->' };

/**
 * README with that table where its marks stand.
 * @throws Error when it has no such marks
 */
export const withBench = (readme: string, results: readonly Result[]): string =>
  withMarked(readme, 'README.md', marks, readmeTable(results));
