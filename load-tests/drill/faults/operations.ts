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

/** Ten times as many as the observer sends, which makes three and a half times of all; for seconds. */
const burst: Fault = {
  name: 'burst',
  group: 'operations',
  what: 'three times as many requests for 10 s',
  limits: { failed: 'none', stall: 2 },
  strike: (_, _say, traffic) => hit(() => traffic.surge(9, 10)),
};

/** What comes from outside, and what an operator does on purpose, beyond the marks. */
export const operationFaults: readonly Fault[] = [burst, rollback()];
