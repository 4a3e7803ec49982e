import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { writeWhole } from '../local/write-whole.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { command, run } from './run.ts';

const makeKey = async (file: string, comment: string): Promise<void> => {
  if (existsSync(file)) return;
  await run(command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file));
};

/** The file of a server's host key; it stays the same over resets, so that nobody has to be told of another one. */
export const hostKey = ({ folder }: Layout, { name }: ServerLayout): string => `${folder}/ssh/${name}`;

/** What ssh must be told to reach the lab's servers and to take nothing else for one of them. */
export const sshConfigOf = ({ servers, sshKey, knownHosts }: Layout): string =>
  Object.values(servers)
    .map(
      ({ name, address }) => `Host ${name} ${address}
  HostName ${address}
  User root
  IdentityFile ${sshKey}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
`,
    )
    .join('\n');

/** Makes the lab's own key pair, the servers' host keys, and the two files that ssh reads. */
export const makeKeys = async (layout: Layout): Promise<void> => {
  mkdirSync(`${layout.folder}/ssh`, { recursive: true, mode: 0o700 });
  await makeKey(layout.sshKey, `lab-${layout.id}`);
  const servers = Object.values(layout.servers);
  for (const server of servers) await makeKey(hostKey(layout, server), server.name);
  const known = servers.map((server) => {
    const [type, key] = readFileSync(`${hostKey(layout, server)}.pub`, 'utf8').split(' ');
    return `${server.name},${server.address} ${type} ${key}\n`;
  });
  writeWhole(layout.knownHosts, known.join(''));
  writeWhole(layout.sshConfig, sshConfigOf(layout));
};
