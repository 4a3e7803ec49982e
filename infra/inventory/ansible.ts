import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Command, dyingWithParent } from '../local/die-with-parent.ts';
import { localFolder } from '../local/paths.ts';
import { writeWhole } from '../local/write-whole.ts';
import { connectionOptions, quoted, type Route, sharedConnection } from '../verbs/support/ssh.ts';
import { inventoryFolder } from './folder.ts';
import { hostsOf, type Instances } from './hosts.ts';
import { progress, type ServerSummary } from './progress.ts';
import type { Inventory } from './schema.ts';
import { vaultOf } from './vault.ts';

const infra = fileURLToPath(new URL('../', import.meta.url));

/** A run of a playbook. */
export type PlaybookRun = {
  /** The folder of Ansible's programs. */
  readonly bin: string;
  readonly inventory: Inventory;
  readonly route: Route;
  readonly playbook: string;
  /** Says what it would change, and changes nothing. */
  readonly isTrial: boolean;
  /** The servers to act on; absent: all. */
  readonly limit?: readonly string[] | undefined;
};

const hostsFile = (inventory: Inventory): string => `${inventoryFolder(inventory)}hosts.json`;

/** Writes down what Ansible knows of an inventory. */
export const writeHosts = (inventory: Inventory, instancesOf: (server: string) => Instances): void => {
  mkdirSync(inventoryFolder(inventory), { recursive: true, mode: 0o700 });
  writeWhole(hostsFile(inventory), `${JSON.stringify(hostsOf(inventory, instancesOf), null, 2)}\n`);
};

/** The command that runs a playbook. Secrets are in the vault, whose password is in a file. */
export const playbookCommand = ({ bin, inventory, route, playbook, isTrial, limit }: PlaybookRun): Command => {
  const vault = vaultOf(inventory);
  const words = [
    ...route.prefix,
    `${bin}ansible-playbook`,
    `--inventory=${hostsFile(inventory)}`,
    `--extra-vars=@${vault.file}`,
    `--vault-password-file=${vault.passwordFile}`,
    ...(isTrial ? ['--check', '--diff'] : []),
    ...(limit ? ['--limit', limit.join(',')] : []),
    `${infra}${playbook}`,
  ];
  return { command: words[0] ?? '', args: words.slice(1) };
};

/** Ansible's environment: the operator's own settings for other things do not reach in here. */
export const playbookEnvironment = (bin: string, route: Route, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('ANSIBLE_'));
  // Ansible shares connections too, through sockets of the same folder.
  const options = [...connectionOptions(route), ...sharedConnection({ ...route, id: `ansible-${route.id}` })];
  return {
    ...Object.fromEntries(others),
    ANSIBLE_CONFIG: `${infra}ansible.cfg`,
    ANSIBLE_HOME: `${localFolder}ansible-home`,
    ANSIBLE_SSH_ARGS: options.map(quoted).join(' '),
    ANSIBLE_FORCE_COLOR: '0',
    PYTHONUNBUFFERED: '1',
    // ansible-playbook looks for its helpers on the path.
    PATH: `${bin}:${env['PATH'] ?? ''}`,
    // Its programs refuse to start under a locale that is not UTF-8.
    LC_ALL: 'C.UTF-8',
  };
};

export type PlaybookOutcome = {
  readonly isDone: boolean;
  readonly servers: Readonly<Record<string, ServerSummary>>;
};

/**
 * Runs a playbook, and shows what it changes.
 * @param write gets whole lines
 * @param signal ends it
 */
export const runPlaybook = async (
  run: PlaybookRun,
  write: (text: string) => void,
  signal?: AbortSignal,
): Promise<PlaybookOutcome> => {
  const { command, args } = dyingWithParent('SIGTERM', playbookCommand(run));
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: playbookEnvironment(run.bin, run.route, process.env),
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  const shown = progress(write);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  createInterface({ input: child.stdout }).on('line', shown.line);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const servers = shown.summary();
    // Failures of tasks were shown as they came; whatever else ended it stands in what it complained of.
    const wasShown = Object.values(servers).some(({ failed, isUnreachable }) => failed > 0 || isUnreachable);
    if (code !== 0 && !wasShown) write(complaint.trim());
    return { isDone: code === 0, servers };
  } finally {
    shown.end();
    signal?.removeEventListener('abort', stop);
  }
};
