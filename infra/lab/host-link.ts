import { type Layout, networkOf, numberToAddress } from './layout.ts';
import { hostLink, wholeHostLink } from './network.ts';
import { command, finds, run, runAll, succeeds } from './run.ts';

/** A route as `ip -json route` tells it. */
export type Route = { readonly dst: string; readonly dev?: string };

/** Whether a route leads into a network, wholly or in part; the default route leads everywhere and does not count. */
export const overlaps = (route: Route, address: string, prefix: number): boolean => {
  if (route.dst === 'default') return false;
  const [other = '', length = '32'] = route.dst.split('/');
  const shorter = Math.min(prefix, Number(length));
  return networkOf(other, shorter) === networkOf(address, shorter);
};

/** The highest address of the network that nobody in the lab has. */
export const freeAddress = ({ network, servers }: Pick<Layout, 'network' | 'servers'>, vip: string): string => {
  const taken = new Set([network.address, vip, ...Object.values(servers).map(({ address }) => address)]);
  let number = networkOf(network.address, network.prefix) + 2 ** (32 - network.prefix) - 2;
  while (taken.has(numberToAddress(number))) number--;
  return numberToAddress(number);
};

/**
 * Leads the lab's network to the host, for a browser, where that is in nobody's way.
 * @returns what became of it
 */
export const linkHost = async (layout: Layout): Promise<string> => {
  const { address, prefix } = layout.network;
  if (await finds(wholeHostLink(layout))) return 'reachable from this host';
  await succeeds(command('ip', 'link', 'delete', layout.hostLink));
  const routes = JSON.parse(await run(command('ip', '-json', '-4', 'route', 'show', 'table', 'all'))) as Route[];
  const inTheWay = routes.find((route) => overlaps(route, address, prefix));
  if (inTheWay) return `not reachable from this host, which has ${inTheWay.dst} on ${inTheWay.dev ?? 'another way'}`;
  await runAll(hostLink(layout, freeAddress(layout, layout.vip)));
  return 'reachable from this host';
};
