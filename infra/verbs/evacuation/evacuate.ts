import { setTimeout as sleep } from 'node:timers/promises';
import { chooseCandidate } from '../database/candidate.ts';
import { type Cluster, leaderOf } from '../database/cluster.ts';
import { switchOver } from '../database/switch-over.ts';
import { stepDown } from '../cache/step-down.ts';
import { VerbError } from '../support/exit-codes.ts';
import { remote, script } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';
import { evacuatedFile, type Look } from './look.ts';
import { type Looks, whyNotOut } from './redundancy.ts';
import { clusterOf, demandLook, lookAtAll } from './site.ts';

/** In milliseconds. */
const limits = {
  /** keepalived looks at the file at once; the other balancer takes the VIP within 0.4 s. */
  vip: 10_000,
  /** Requests in flight have 30 s (limits of libs/service), podman 40, systemd a little more. */
  drain: 60_000,
};

/** What is moved away from a server before it may be switched off. */
export type Evacuation = {
  readonly name: string;
  readonly here: Look;
  readonly primary: { readonly from: string; readonly to: string } | undefined;
};

/**
 * Looks at the whole site, and works out what leaving a server takes.
 * @throws VerbError when nobody else does what it does
 */
export const planEvacuation = async (context: VerbContext, name: string): Promise<Evacuation> => {
  const here = await demandLook(context, name);
  const [looks, cluster] = await Promise.all([lookAtAll(context), clusterOf(context)]);
  const faults = whyNotOut(name, context.inventory, looks, cluster);
  if (faults.length > 0) {
    throw new VerbError(`${name} stays in: the site needs it.\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
  return { name, here, primary: handOver(context, name, looks, cluster) };
};

const handOver = (
  { inventory }: VerbContext,
  name: string,
  looks: Looks,
  cluster: Cluster | undefined,
): Evacuation['primary'] => {
  if (cluster === undefined || leaderOf(cluster)?.name !== name) return undefined;
  const { database } = inventory.groups;
  const choice = chooseCandidate(cluster, database, undefined, bystander(inventory, name, looks));
  if ('fault' in choice) throw new VerbError(choice.fault);
  return 'isDone' in choice ? undefined : choice;
};

/**
 * Of the standbys, one that does not hold the VIP, nor gets it now, if there is one: VIP and primary are better lost one
 * at a time.
 */
export const bystander = (
  { groups }: Pick<VerbContext['inventory'], 'groups'>,
  name: string,
  looks: Looks,
): ((server: string) => boolean) => {
  const isBalancer = (server: string): boolean =>
    looks[name]?.hasVip ? groups.loadbalancers.includes(server) : looks[server]?.hasVip === true;
  const bystanders = groups.database.filter((server) => server !== name && !isBalancer(server));
  return (server) => bystanders.length === 0 || bystanders.includes(server);
};

/** web first: what it still has goes to the app of any server. */
const inOrder = (units: readonly string[]): string[] => units.toSorted((a, b) => b.localeCompare(a));

/** What `evacuate` will do, as lines for the operator. */
export const evacuationLines = ({ name, here, primary }: Evacuation): string[] => [
  here.hasVip ? `give the VIP to another load balancer` : `keep the VIP away from ${name}`,
  ...(primary ? [`make ${primary.to} the primary of the database`] : []),
  ...(here.valkey === 'primary' ? ['make another server the primary of the cache'] : []),
  ...(here.etcd === 'leader' ? ['let another member lead etcd'] : []),
  ...inOrder(here.running).map((unit) => `let ${unit} finish its requests, and stop it`),
  ...(here.services.includes('haproxy') ? ['stop HAProxy'] : []),
];

/** Moves everything away. Each step finds out for itself whether there is something to do, so it may be done again. */
export const evacuate = async (context: VerbContext, plan: Evacuation, assertHeld: () => void): Promise<void> => {
  const { servers, report, signal } = context;
  const { name, here, primary } = plan;
  const step = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    signal.throwIfAborted();
    assertHeld();
    await report.step(name, title, async () => void (await work()));
  };

  await step(here.hasVip ? 'give the VIP away' : 'keep the VIP away', async () => {
    await servers.demand(name, script('mkdir -p "$(dirname "$1")" && echo 1 >"$1"', evacuatedFile));
    await untilWithoutVip(context, name);
  });
  if (primary) await switchOver(context, primary);
  if (here.valkey === 'primary') await step('give the cache away', () => servers.demand(name, stepDown()));
  if (here.etcd === 'leader') await step('let another member lead etcd', () => servers.demand(name, moveEtcdLeader));
  for (const unit of inOrder(here.running)) {
    await step(`drain ${unit}`, () =>
      servers.demand(name, { ...remote('systemctl', 'stop', unit), timeout: limits.drain }),
    );
  }
  // Last, for it carries what the others still finish.
  if (here.services.includes('haproxy')) {
    await step('let HAProxy finish what it has, and stop it', () =>
      servers.demand(name, { ...stopHaproxy, timeout: limits.drain }),
    );
  }
};

/**
 * A reload lets a process that takes nothing new end its connections in order, within 45 s (hard-stop-after). Those of clients, and of web to the
 * router, are waited for; those to the database are of an app that has stopped. The sockets are stopped too: they would start HAProxy again.
 */
const stopHaproxy = script(`
systemctl reload haproxy
for second in $(seq 50); do
  sleep 1
  [ -n "$(ss --no-header --tcp --numeric state established '( sport = :80 or sport = :443 or sport = :8081 )')" ] || break
done
systemctl stop haproxy.socket haproxy.service
`);

/** Elections take 1 to 2 s, in which nobody becomes primary; a leader that hands over takes none. */
const moveEtcdLeader = script(`
set -a; . /etc/scale-up/etcdctl.env; set +a
here=$(ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 etcdctl endpoint status | cut -d, -f2 | tr -d ' ')
other=$(etcdctl endpoint status 2>/dev/null | cut -d, -f2 | tr -d ' ' | grep -vx "$here" | head -n 1)
ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 etcdctl move-leader "$other"
`);

const untilWithoutVip = async (context: VerbContext, name: string): Promise<void> => {
  const deadline = Date.now() + limits.vip;
  while ((await demandLook(context, name)).hasVip) {
    if (Date.now() > deadline)
      throw new VerbError(`${name} still has the VIP after 10 s: is keepalived running on another balancer?`);
    await sleep(200);
  }
};
