import { setTimeout as sleep } from 'node:timers/promises';
import type { VerbContext } from '../support/verb.ts';
import { script } from '../support/ssh.ts';
import { judge, type Verdict } from './canary.ts';
import { type Figures, lookText, type Sample, sampleOf, since, sum } from './figures.ts';
import { balancedName, type Instance, instancesOn, unitOf } from './fleet.ts';

type Site = Pick<VerbContext, 'servers' | 'inventory'>;

/** In milliseconds. */
const times = {
  /** How long a canary is watched. */
  watch: 20_000,
  /** After this its code is compiled and its caches are filled. */
  warmUp: 5_000,
  /** Between two looks; a look at three servers takes 0.1 s. */
  look: 1_000,
  /** A server that does not answer a look. */
  patience: 5_000,
  /** A balancer asks an instance that was away every 500 ms. */
  noticed: 15_000,
};

/** So many looks in a row may find it not ready: a machine may pause for two seconds. */
const patientLooks = 3;

const portOf = ({ tier, number }: Instance): number => (tier === 'web' ? 8180 : 8190) + 1_000 * (number - 1);

/** Looks at all balancers once, and at instances. */
const takeSample = async ({ servers, inventory }: Site, isWhole: boolean): Promise<Sample> => {
  const texts = Object.entries(inventory.servers).map(async ([server, { address }]) => {
    const all = isWhole ? instancesOn(inventory, server) : [];
    const instances = all.map((each) => `${each.tier}/${each.number}/${portOf(each)}`);
    const look = script(lookText, address, instances.join(' '));
    const { stdout } = await servers.ask(server, { ...look, timeout: times.patience });
    return [server, stdout] as const;
  });
  return sampleOf(Object.fromEntries(await Promise.all(texts)));
};

/** Whether every balancer that has the tier gives the instance requests. */
export const isBalanced = ({ up }: Sample, instance: Instance): boolean => {
  const seen = up[instance.tier];
  return seen.length > 0 && seen.every((names) => names.has(balancedName(instance)));
};

/** Whether every balancer has another instance of the tier to give requests to. */
export const hasOthers = ({ up }: Sample, instance: Instance): boolean =>
  up[instance.tier].every((names) => [...names].some((name) => name !== balancedName(instance)));

/** Whether any balancer gives requests to any instance of the tier. */
export const isServed = ({ up }: Sample, { tier }: Instance): boolean => up[tier].some((names) => names.size > 0);

/**
 * Waits until the servers look as they should.
 * @returns whether they did in time
 */
export const until = async (site: Site, isSo: (sample: Sample) => boolean): Promise<boolean> => {
  const deadline = Date.now() + times.noticed;
  do {
    if (isSo(await takeSample(site, false))) return true;
    await sleep(300);
  } while (Date.now() < deadline);
  return false;
};

/**
 * Watches the first instance of a new release beside those of the old one, and ends as soon as it is seen to fail.
 * @param others instances that run the old release
 */
export const watchCanary = async (
  site: Site & Pick<VerbContext, 'signal'>,
  canary: Instance,
  others: readonly Instance[],
): Promise<Verdict> => {
  const started = Date.now();
  const first = await takeSample(site, true);
  let warm: Sample | undefined;
  let unready = 0;
  const between = (now: Sample, then: Sample, instances: readonly Instance[]): Figures =>
    sum(
      instances.map((instance) => {
        const [figures, former] = [now.figures[instance.tier], then.figures[instance.tier]];
        return since(figures[balancedName(instance)], former[balancedName(instance)]);
      }),
    );
  for (;;) {
    await sleep(times.look, undefined, { signal: site.signal });
    const now = await takeSample(site, true);
    const elapsed = Date.now() - started;
    if (elapsed >= times.warmUp) warm ??= now;
    const state = now.restarts[`${unitOf(canary)} ${canary.server}`] ?? -1;
    unready = state < 0 ? unready + 1 : 0;
    const verdict = judge({
      canary: between(now, first, [canary]),
      others: between(now, first, others),
      warmCanary: between(now, warm ?? now, [canary]),
      warmOthers: between(now, warm ?? now, others),
      restarts: state < 0 && unready < patientLooks ? 0 : state,
    });
    if (!verdict.isGood || elapsed >= times.watch) return verdict;
  }
};
