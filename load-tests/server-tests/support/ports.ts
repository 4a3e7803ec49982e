import { type Remote, script } from '@scale-up/infra/verbs/support/ssh.ts';

/** Prints the TCP ports on which a server listens for others than itself. */
export const listening: Remote = script(
  `ss --no-header --listening --tcp --numeric | awk '{print $4}' | grep -Ev '^(127\\.|\\[::1\\]|\\[::ffff:127\\.)' | sed 's/.*://' | sort -nu`,
);

/** The words that print those of some ports of a server that take a connection, from where they are run; a firewall may just say nothing. */
export const openPorts = (address: string, ports: readonly number[]): string[] => [
  'bash',
  '-c',
  `for port in ${ports.join(' ')}; do
    { timeout 2 bash -c "exec 3<>/dev/tcp/$1/$port" 2>/dev/null && echo "$port"; } &
  done; wait; true`,
  'bash',
  address,
];
