import { hit } from '../../servers/measure.ts';
import { deriveRelease, forgetRelease, runningRelease } from '../../servers/releases/derive.ts';
import type { Fault } from './fault.ts';

/** What the next release is called; images of it are made of those of the one that runs. */
const tagOf = (release: string): string => `${release.replace(/-drill$/, '')}-drill`;

const rollback = (): Fault => {
  let before = '';
  return {
    name: 'rollback',
    group: 'operations',
    what: 'rollback to the release before',
    limits: { failed: 'none', stall: 1 },
    arrange: async (site) => {
      before = await runningRelease(site);
      await deriveRelease(before, tagOf(before), {});
      await site.done('deploy', '--release', tagOf(before));
    },
    strike: (site) => hit(() => site.done('rollback')),
    tidy: () => forgetRelease(tagOf(before)),
  };
};

/** What an operator does on purpose, beyond the marks. */
export const operationFaults: readonly Fault[] = [rollback()];
