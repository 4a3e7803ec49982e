import { imageOf, userId } from '../../images/services.ts';
import { type Remote, remote } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';

/** A large table may take its time, in milliseconds; app serves meanwhile. */
const patience = 3_600_000;

/** Confined as the services are. */
const podman =
  `podman run --rm --init --pull never --network host --user ${userId}:${userId} --read-only --read-only-tmpfs=false ` +
  '--cap-drop all --security-opt no-new-privileges --env-file /etc/scale-up/db-migrator.env ' +
  '--volume /etc/scale-up/pki/ca.pem:/etc/scale-up/pki/ca.pem:ro';

/** The command that runs a verb of db-migrator on a server. */
export const migratorCommand = (tag: string, verb: 'up' | 'seed'): Remote => ({
  ...remote(...podman.split(' '), `${imageOf('db-migrator')}:${tag}`, verb),
  timeout: patience,
});

/** Runs a verb of a release's db-migrator on the first server of app. */
export const migrate = async (
  { servers, inventory, report }: VerbContext,
  tag: string,
  verb: 'up' | 'seed',
): Promise<void> => {
  const [server = ''] = inventory.groups.app;
  const title = verb === 'up' ? 'migrate the database' : 'add the demo content';
  await report.step(server, title, async () => {
    const said = await servers.demand(server, migratorCommand(tag, verb));
    return said.trim().replaceAll('\n', ', ');
  });
};
