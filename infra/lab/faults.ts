import { readFileSync } from 'node:fs';
import type { Layout } from './layout.ts';

/** What is broken in a lab's network, on purpose. */
export type Faults = {
  /** Servers whose cable is pulled. */
  readonly unplugged: readonly string[];
  /** Pairs of servers of which the first does not reach the second. */
  readonly blocked: readonly (readonly [from: string, to: string])[];
};

export const noFaults: Faults = { unplugged: [], blocked: [] };

export const faultsFile = ({ folder }: Pick<Layout, 'folder'>): string => `${folder}/faults.json`;

/** What is broken at the moment. */
export const readFaults = (layout: Layout): Faults => {
  try {
    return JSON.parse(readFileSync(faultsFile(layout), 'utf8')) as Faults;
  } catch {
    return noFaults;
  }
};

export const isUnplugged = ({ unplugged }: Faults, server: string): boolean => unplugged.includes(server);

/** Adds the loss of a server's network. */
export const withUnplugged = (faults: Faults, server: string): Faults => ({
  ...faults,
  unplugged: [...faults.unplugged.filter((name) => name !== server), server],
});

/** Adds the loss of the way from one server to another, and the way back unless it stays. */
export const withBlocked = (faults: Faults, from: string, to: string, isOneWay: boolean): Faults => {
  const others = faults.blocked.filter(
    ([a, b]) => !(a === from && b === to) && (isOneWay || !(a === to && b === from)),
  );
  return { ...faults, blocked: [...others, [from, to], ...(isOneWay ? [] : [[to, from] as const])] };
};

/** Takes away all faults of a server, or all there are. */
export const withoutFaults = (faults: Faults, server?: string): Faults =>
  server === undefined
    ? noFaults
    : {
        unplugged: faults.unplugged.filter((name) => name !== server),
        blocked: faults.blocked.filter((pair) => !pair.includes(server)),
      };

/**
 * The bridge's rules for them, to be loaded in one step. They stand on the bridge, where a server's own firewall neither
 * sees nor deletes them, and hold for everything, ARP included.
 */
export const faultRules = ({ blocked }: Faults, ports: Readonly<Record<string, string>>): string => {
  const rules = blocked.map(([from, to]) => `    iifname "${ports[from]}" oifname "${ports[to]}" drop`);
  return [
    'table bridge faults',
    'delete table bridge faults',
    'table bridge faults {',
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    ...rules,
    '  }',
    '}',
    '',
  ].join('\n');
};
