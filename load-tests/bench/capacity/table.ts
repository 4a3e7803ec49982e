import { type Costs, kindNames, kinds, type Mix, tiers } from './kinds.ts';
import { costOf } from './model.ts';

/** A line of a table in Markdown. */
export const row = (texts: readonly (string | number)[]): string => `| ${texts.join(' | ')} |`;

/** What each kind of request costs each tier, and the mix of them, as Markdown. */
export const costTable = (costs: Costs, mix: Mix): string =>
  [
    row(['request', 'in the mix', ...tiers, 'bytes']),
    row(Array.from({ length: tiers.length + 3 }, () => '---')),
    ...kindNames.map((kind) =>
      row([
        kinds[kind],
        `${Math.round(mix[kind] * 100)} %`,
        ...tiers.map((tier) => Math.round(costs.kinds[kind][tier])),
        costs.kinds[kind].bytes,
      ]),
    ),
    row(['the mix', '', ...tiers.map((tier) => Math.round(costOf(costs, mix, tier))), '']),
  ].join('\n');
