import type { Tier } from '../../images/services.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { type Fleet, type Instance, instancesOf, releaseServers, runs, servicesOf } from './fleet.ts';

/** What a deploy, or a rollback, has to do. */
export type Plan = {
  readonly target: string;
  /** The release to go back to; undefined when none was ever completed. */
  readonly before: string | undefined;
  /** What `rollback` would go to afterwards. */
  readonly previous: string | null;
  /** Instances that run something else than the target, tier by tier, in the order in which they are replaced. */
  readonly steps: readonly { readonly tier: Tier; readonly instances: readonly Instance[] }[];
};

/** The value that most have, the first one of several. */
const mostCommon = (values: readonly string[]): string | undefined => {
  const count = (value: string): number => values.filter((each) => each === value).length;
  return values.toSorted((a, b) => count(b) - count(a))[0];
};

const completed = (fleet: Fleet): string[] => Object.values(fleet).flatMap(({ releases }) => releases?.current ?? []);

/** The release that the last completed deploy left, as most servers remember it. */
export const currentRelease = (fleet: Fleet): string | undefined => mostCommon(completed(fleet));

/** The release before that. */
export const previousRelease = (fleet: Fleet): string | undefined =>
  mostCommon(Object.values(fleet).flatMap(({ releases }) => releases?.previous ?? []));

/**
 * Works out what leads from what servers run to a release.
 * @param order of the tiers: whoever is called first when going forward, last when going back
 */
export const planRelease = (inventory: Inventory, fleet: Fleet, target: string, order: readonly Tier[]): Plan => {
  // After a kill between the last two servers' notes, some say the target already.
  const before = mostCommon(completed(fleet).filter((tag) => tag !== target));
  return {
    target,
    before,
    previous: before ?? previousRelease(fleet) ?? null,
    steps: order.map((tier) => ({
      tier,
      instances: instancesOf(inventory, tier).filter((instance) => !runs(fleet, instance, target)),
    })),
  };
};

/** Whether all that a release needs runs everywhere. */
export const isDone = ({ steps }: Plan): boolean => steps.every(({ instances }) => instances.length === 0);

/** Images that servers lack: for each server the services. `wanted` has the ids of the release's images, where they are known. */
export const lackedImages = (
  inventory: Inventory,
  fleet: Fleet,
  tag: string,
  wanted: Partial<Readonly<Record<string, string>>>,
): Map<string, string[]> => {
  const lacked = new Map<string, string[]>();
  for (const server of releaseServers(inventory)) {
    const services = servicesOf(inventory, server).filter((service) => {
      const id = fleet[server]?.images[service][tag];
      return id === undefined || (wanted[service] !== undefined && id !== wanted[service]);
    });
    if (services.length > 0) lacked.set(server, services);
  }
  return lacked;
};
