import { print, step } from '../local/terminal.ts';
import type { Lab } from './lab.ts';

/** Gives servers fresh disks and boots them, side by side. */
export const reset = async (lab: Lab, names: readonly string[]): Promise<void> => {
  const known = Object.keys(lab.servers);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`Lab ${lab.name} has no server "${unknown}"; it has ${known.join(', ')}.`);
  if (names.length === 0) await lab.heal();
  const resets = (names.length > 0 ? names : known).map((name) =>
    step(name, async () => ({ result: await lab.reset(name), shown: 'fresh disk, booted' })),
  );
  const failed = (await Promise.allSettled(resets)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason as Error;
  print('');
};
