import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { findEngine } from '@scale-up/infra/images/engine.ts';
import { imageOf } from '@scale-up/infra/images/services.ts';
import { releaseServers, servicesOf } from '@scale-up/infra/verbs/deploy/fleet.ts';
import { saveCommand } from '@scale-up/infra/verbs/deploy/ship.ts';
import { ownConnection, script } from '@scale-up/infra/verbs/support/ssh.ts';
import type { ServersSite } from '../servers-site.ts';

/**
 * Brings a release's images to the servers before a deploy. On a lab the operator's machine is the servers' own: packing 60 MB there is nothing that
 * a deploy does to a site.
 */
export const sendRelease = async ({ servers, inventory }: ServersSite, tag: string): Promise<void> => {
  const engine = await findEngine(() => {});
  for (const server of releaseServers(inventory)) {
    const { command, args } = saveCommand(
      engine,
      servicesOf(inventory, server).map((service) => `${imageOf(service)}:${tag}`),
    );
    const save = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const load = servers.start(server, script('podman load --quiet >/dev/null'), ownConnection);
    load.stdout.resume();
    load.stderr.resume();
    const closed = Promise.all([once(save, 'close'), once(load, 'close')]) as Promise<
      [[number | null], [number | null]]
    >;
    await pipeline(save.stdout, load.stdin).catch(() => {});
    const codes = (await closed).map(([code]) => code);
    if (codes.some((code) => code !== 0))
      throw new Error(`${server} did not take the images of ${tag} (exit codes ${codes.join(', ')})`);
  }
};
