import { type Cluster, isWell, leaderOf } from './cluster.ts';

/** What a switch-over would do; or why there shall be none. */
export type Choice =
  | { readonly from: string; readonly to: string }
  | { readonly isDone: true; readonly primary: string }
  | { readonly fault: string };

/** A standby that is further behind has to catch up first, during which nobody could write. 16 MB take 0.2 s. */
const bearableLag = 16 * 1024 * 1024;

/**
 * Chooses the new primary.
 * @param names of all database servers
 * @param to the wanted one; by default the first that can
 * @param isAllowed whom else not to choose
 */
export const chooseCandidate = (
  cluster: Cluster,
  names: readonly string[],
  to?: string,
  isAllowed: (name: string) => boolean = () => true,
): Choice => {
  const from = leaderOf(cluster)?.name;
  if (from === undefined) return { fault: 'The database has no primary: patronictl list says more.' };
  if (to === from) return { isDone: true, primary: from };
  if (to !== undefined && !names.includes(to))
    return { fault: `${to} is no database server; those are ${names.join(', ')}.` };
  if (names.length < 2) return { fault: `The database has only ${from}: there is nobody to take over.` };

  // With the old primary away for a moment, a commit needs the new one and one more.
  const ill = names.filter((name) => !isWell(cluster, name));
  if (ill.length > 0) {
    return {
      fault:
        `${ill.join(' and ')} does not follow the primary, so a switch-over would stop all writes until ${from} is back as a ` +
        'standby, some 5 s. Bring it back first; patronictl switchover does it all the same.',
    };
  }
  const lagOf = (name: string): number => cluster.members.find((member) => member.name === name)?.lag ?? 0;
  const able = names.filter((name) => name !== from && isAllowed(name) && lagOf(name) <= bearableLag);
  const chosen = to ?? able[0];
  if (chosen !== undefined && able.includes(chosen)) return { from, to: chosen };
  return { fault: `${to ?? 'Every standby'} is more than 16 MB behind the primary; try again when it has caught up.` };
};
