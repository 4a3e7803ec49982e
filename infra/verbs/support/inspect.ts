import type { Answer, Servers } from './servers.ts';
import { script } from './ssh.ts';

/** What a server is, before anything is done to it. */
export type Inspection =
  | { readonly state: 'bare' | 'provisioned' }
  /** `fault` is a sentence. */
  | { readonly state: 'unreachable' | 'unusable'; readonly fault: string };

const look = script(`
. /etc/os-release
echo "$ID $VERSION_ID"
command -v python3 >/dev/null && echo python3 || echo none
cat /etc/scale-up/inventory 2>/dev/null || true
`);

/** What an answer says of a server. */
export const inspectionOf = (server: string, address: string, answer: Answer): Inspection => {
  if (answer.isUnreachable) return { state: 'unreachable', fault: unreachableFault(server, address, answer.stderr) };
  if (answer.code !== 0) {
    return { state: 'unusable', fault: `${server}: commands fail there: ${answer.stderr.trim() || answer.code}` };
  }
  const [system, python, inventory] = answer.stdout.split('\n');
  if (system !== 'debian 13') return { state: 'unusable', fault: `${server} is no Debian 13 but ${system}.` };
  if (python !== 'python3') {
    return { state: 'unusable', fault: `${server} has no Python, which Ansible needs: apt-get install python3 there.` };
  }
  return { state: inventory ? 'provisioned' : 'bare' };
};

const unreachableFault = (server: string, address: string, said: string): string => {
  if (said.includes('Host key verification failed')) {
    return `${server}: its host key is not known here, or is another one. Connect by hand and compare it: ssh ${address}`;
  }
  if (said.includes('Permission denied')) {
    return `${server}: your SSH key is not let in (${address}). Put its public part into the server's authorized_keys.`;
  }
  return `${server} (${address}) does not answer: ${said.trim().split('\n').at(-1) || 'no reason given'}`;
};

/** Looks at servers before anything is done to them; all at once. */
export const inspect = async (
  servers: Servers,
  addresses: Readonly<Record<string, { readonly address: string }>>,
  names: readonly string[],
): Promise<Record<string, Inspection>> => {
  const answers = await servers.askAll(names, { ...look, timeout: 20_000 });
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [name, inspectionOf(name, addresses[name]?.address ?? '', answer)]),
  );
};
