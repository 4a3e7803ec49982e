import { now } from '../servers/clock.ts';
import { measure, type Say } from '../servers/measure.ts';
import { restore } from '../servers/restore.ts';
import type { Scene } from '../servers/scene.ts';
import type { Fault } from './faults/fault.ts';
import type { Injection } from './record.ts';
import { binsOf } from './report/bins.ts';
import type { RolesWatch } from './roles-watch.ts';

/** Milliseconds of a run that a picture shows before its fault. */
const before = 10_000;

/**
 * Does one thing to the site and writes down all that came of it. A fault of the drill itself that leaves the site broken is mended, and passed on.
 * @param say told what is being done
 */
export const inject = async (scene: Scene, fault: Fault, roles: RolesWatch, say: Say): Promise<Injection> => {
  let seen: Omit<Injection, keyof Awaited<ReturnType<typeof measure>> | 'group' | 'answering'> | undefined;
  try {
    const measured = await measure(scene, fault, say, ({ entries, hit, mended, aim }) => {
      const from = hit.from - before;
      const shown = entries.filter(({ at }) => at >= from);
      const { from: begin, to: end } = hit;
      seen = { hit: { from: begin, to: end }, mended, aim, bins: binsOf(shown, begin), ...roles.between(from, now()) };
    });
    if (!seen) throw new Error(`nothing was seen of ${fault.name}`);
    const answering = await roles.answering(scene.traffic.takers);
    return { ...measured, ...seen, answering, group: fault.group };
  } catch (error) {
    await restore(scene.site);
    throw error;
  }
};
