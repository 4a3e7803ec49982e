import type { Inventory } from '../../inventory/schema.ts';
import type { Entry, Event, Names } from './event.ts';
import { etcd, memberId } from './sources/etcd.ts';
import { haproxy } from './sources/haproxy.ts';
import { keepalived } from './sources/keepalived.ts';
import { patroni } from './sources/patroni.ts';
import { readBy, type Source } from './sources/rules.ts';
import { services } from './sources/services.ts';
import { system } from './sources/system.ts';
import { valkey } from './sources/valkey.ts';
import { verbs } from './sources/verbs.ts';
import { witness } from './sources/witness.ts';

const sources: readonly Source[] = [haproxy, keepalived, patroni, etcd, valkey, witness, services, system, verbs];

/** How an inventory's servers are named in what programs say. */
export const namesOf = ({ servers }: Inventory): Names => {
  const names = new Map(Object.entries(servers).map(([name, { address }]) => [address, name]));
  return { ofAddress: (address) => names.get(address) ?? address };
};

/** Which server is which member of etcd, as far as members have said their ids. */
const membersIn = (entries: readonly Entry[]): ReadonlyMap<string, string> =>
  new Map(
    entries.flatMap(({ server, unit, text }) => {
      const id = unit === 'etcd.service' ? memberId.exec(text)?.[1] : undefined;
      return id === undefined ? [] : [[id, server] as const];
    }),
  );

/** What entries say; those that say nothing to anybody are left out. */
export const eventsIn = (entries: readonly Entry[], names: Names): Event[] => {
  const members = membersIn(entries);
  return entries.flatMap((entry) => {
    const source = sources.find(({ isOf }) => isOf(entry));
    const event = source && readBy(source, entry, names);
    if (!event) return [];
    return {
      ...event,
      what: event.what.replaceAll(/member ([\da-f]{12,16})/g, (text, id: string) => members.get(id) ?? text),
    };
  });
};
