import { withMarked } from '../../report/marked.ts';
import { type Costs, kindNames, kinds, tiers, usualMix } from './kinds.ts';
import { costOf, type Fleet, limitsOf, rateOf, rateOfServer } from './model.ts';
import { costTable, row } from './table.ts';

/** A server of the lab's kind, and of what is rented most. */
const cores = 2;

const thousands = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–');

/** What a server does that has one tier alone. */
const serverTable = (costs: Costs): string =>
  [
    row(['requests/s of a server', ...tiers]),
    row(Array.from({ length: tiers.length + 1 }, () => '---')),
    ...kindNames.map((kind) =>
      row([
        kinds[kind],
        // What a tier does beside, once a second, is not what the request costs it.
        ...tiers.map((tier) =>
          costs.kinds[kind][tier] < 20 ? '–' : thousands(rateOfServer(costs, kind, tier, cores)),
        ),
      ]),
    ),
    row(['**the mix**', ...tiers.map((tier) => `**${thousands(rateOf(cores, costOf(costs, usualMix, tier)))}**`)]),
  ].join('\n');

const fleets: readonly (readonly [string, Fleet])[] = [
  ...[3, 4, 6].map((servers) => [`${servers} servers with every tier`, { servers, cores, gigabits: 1 }] as const),
  ...[
    [1, 2],
    [2, 4],
    [4, 8],
  ].map(
    ([web = 1, app = 1]) =>
      [`2 balancers, ${web} of web, ${app} of app, 3 databases`, { web, app, cores, gigabits: 1 }] as const,
  ),
];

const fleetTable = (costs: Costs): string =>
  [
    row(['servers', 'knee, requests/s', 'what is full first', 'and then']),
    row(['---', '---', '---', '---']),
    ...fleets.map(([name, fleet]) => {
      const [first, second] = limitsOf(costs, usualMix, fleet);
      return row([name, thousands(first?.rate ?? 0), first?.what ?? '', second?.what ?? '']);
    }),
  ].join('\n');

const marks = {
  begin: '<!-- costs: npx nx capacity load-tests -- --measure --publish -->',
  end: '<!-- /costs -->',
};

const textOf = (costs: Costs): string =>
  `Measured on ${costs.date.slice(0, 10)}, ${costs.processor}: microseconds of a core for each request.

${costTable(costs, usualMix)}

A server with ${cores} cores that has one tier alone:

${serverTable(costs)}

${fleetTable(costs)}`;

/**
 * The page with what was measured where its marks stand.
 * @throws Error when it has no such marks
 */
export const withCosts = (page: string, costs: Costs): string =>
  withMarked(page, 'docs/capacity.md', marks, textOf(costs));
