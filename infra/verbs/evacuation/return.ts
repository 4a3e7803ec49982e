import { setTimeout as sleep } from 'node:timers/promises';
import { askInstances } from '../../inventory/cores.ts';
import { isWell } from '../database/cluster.ts';
import { VerbError } from '../support/exit-codes.ts';
import { remote } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';
import { evacuatedFile, type Look } from './look.ts';
import { clusterOf, demandLook, lookAt } from './site.ts';

/** In milliseconds. */
const limits = {
  /** For PostgreSQL to follow (a rewind takes 5 s, a copy of the primary longer), etcd and Valkey. */
  follow: 300_000,
  /** An instance is ready 2 s after its start; on a server that has just booted, 10. */
  ready: 60_000,
  start: 60_000,
};

/** What a server is to run again. */
const unitsOf = async ({ inventory, servers }: VerbContext, name: string, { hasRelease }: Look): Promise<string[]> => {
  if (!hasRelease) return [];
  const instances = (await askInstances(inventory, servers))(name);
  // app first: web is of no use without one, on whatever server.
  return (['app', 'web'] as const)
    .filter((kind) => inventory.groups[kind].includes(name))
    .flatMap((kind) => Array.from({ length: instances[kind] }, (_, index) => `${kind}@${index + 1}.service`));
};

/** What `return` will do, as lines for the operator. */
export const returnLines = async (context: VerbContext, name: string): Promise<string[]> => {
  const here = await demandLook(context, name);
  return [
    'wait until its database and cache follow their primaries',
    'start HAProxy',
    `let it hold the VIP again, when the other balancer fails`,
    ...(await unitsOf(context, name, here)).map((unit) => `start ${unit}, and wait until it is ready`),
  ];
};

/** Lets a server take part again. Each step finds out for itself whether there is something to do, so it may be done again. */
export const bringBack = async (context: VerbContext, name: string, assertHeld: () => void): Promise<void> => {
  const { servers, report, inventory, signal } = context;
  const step = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    signal.throwIfAborted();
    assertHeld();
    await report.step(name, title, async () => void (await work()));
  };
  const { groups } = inventory;

  if (groups.database.includes(name) || groups.cache.includes(name))
    await step('wait until database and cache follow', () => untilFollowing(context, name));
  if (groups.loadbalancers.includes(name) || groups.web.includes(name) || groups.app.includes(name))
    await step('start HAProxy', () => start(context, name, 'haproxy.socket', 'haproxy.service'));
  await step('take part again', () => servers.demand(name, remote('rm', '-f', evacuatedFile)));
  for (const unit of await unitsOf(context, name, await demandLook(context, name))) {
    await step(`start ${unit}`, async () => {
      await start(context, name, unit);
      await untilReady(context, name, unit);
    });
  }
};

const start = ({ servers }: VerbContext, name: string, ...units: readonly string[]): Promise<string> =>
  servers.demand(name, { ...remote('systemctl', 'start', ...units), timeout: limits.start });

const untilFollowing = async (context: VerbContext, name: string): Promise<void> => {
  const isDatabase = context.inventory.groups.database.includes(name);
  const deadline = Date.now() + limits.follow;
  for (;;) {
    const [here, cluster] = await Promise.all([lookAt(context, name), clusterOf(context)]);
    const missing = [
      ...(isDatabase && !(cluster && isWell(cluster, name)) ? ['PostgreSQL'] : []),
      ...(here?.etcd === 'ill' ? ['etcd'] : []),
      ...(here?.valkey === 'ill' ? ['Valkey'] : []),
    ];
    if (here && missing.length === 0) return;
    context.signal.throwIfAborted();
    if (Date.now() > deadline)
      throw new VerbError(`${name}: ${missing.join(' and ') || 'the server'} is not back after 5 minutes.`);
    await sleep(1_000);
  }
};

const untilReady = async (context: VerbContext, name: string, unit: string): Promise<void> => {
  const deadline = Date.now() + limits.ready;
  while (!(await demandLook(context, name)).ready.includes(unit)) {
    if (Date.now() > deadline) throw new VerbError(`${unit} on ${name} is not ready: journalctl -u ${unit} there.`);
    await sleep(300);
  }
};
