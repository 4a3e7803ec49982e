import { existsSync, readdirSync } from 'node:fs';
import { print, step } from '../local/terminal.ts';
import { restoreHostLimit } from './host-limit.ts';
import { condemned } from './lab-file.ts';
import { labFolder, labId, labNamespace } from './layout.ts';
import { powerOff } from './power.ts';
import { command, run, succeeds } from './run.ts';

/** Removes a lab, its servers' disks included, however far its making came. */
export const down = async (name: string): Promise<void> => {
  const layout = condemned(name);
  const namespace = labNamespace(labId(name));
  if (!layout && !existsSync(labFolder(name))) {
    print(`There is no lab ${name}.`);
    return;
  }
  if (layout) {
    for (const server of Object.values(layout.servers))
      await step(server.name, async () => ({ result: await powerOff(layout, server), shown: 'off' }));
  }
  await succeeds(command('ip', 'link', 'delete', namespace));
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  for (const each of namespaces.filter((found) => found === namespace || found.startsWith(`${namespace}-`)))
    await run(command('ip', 'netns', 'delete', each));
  restoreHostLimit();
  await run(command('rm', '-rf', '--one-file-system', labFolder(name)));
  print(`Lab ${name} is gone.`);
};
