import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import { command, succeeds } from './run.ts';

/** The programs that the lab uses, and the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  nft: 'nftables',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  setpriv: 'util-linux',
  flock: 'util-linux',
};

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const isInstalled = (program: string): boolean => folders.some((folder) => existsSync(`${folder}/${program}`));

const isDebian = (): boolean =>
  existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));

/** What this host lacks for a lab whatever is installed, as a sentence. */
export const refusal = (platform: NodeJS.Platform, uid: number | undefined): string | undefined => {
  if (platform !== 'linux') return `The lab needs Linux, and this is ${platform}: its servers are containers.`;
  if (uid !== 0)
    return 'The lab needs root: it makes network namespaces and mounts disks. Run it as root, or with sudo.';
  return undefined;
};

/** Stops with a sentence where there is no root or no Linux. */
export const demandRoot = (): void => {
  const sentence = refusal(process.platform, process.getuid?.());
  if (sentence) throw new Error(sentence);
};

/** Installs the programs that are missing. */
export const installPrograms = (print: (line: string) => void): void => {
  const missing = Object.entries(programs).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (!isDebian())
    throw new Error(`The lab needs ${missing.map(([program]) => program).join(', ')}: install them first.`);
  print(`installing ${packages.join(', ')} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
  } catch {
    throw new Error(`The lab needs ${packages.join(', ')}, and apt-get cannot install them.`);
  }
};

/** What the kernel must be able to do; each is tried where it leaves nothing behind. */
const abilities = (folder: string): [sentence: string, trial: Command][] => {
  const alone = ['unshare', '--mount', '--net', 'sh', '-c'] as const;
  const overlay = `mount -t tmpfs none /mnt && cd /mnt && mkdir l m "$1/u" "$1/w" &&
    mount -t overlay overlay -o "lowerdir=l,upperdir=$1/u,workdir=$1/w" m`;
  return [
    ['may not make namespaces', command(...alone, 'true')],
    ['has no network bridges', command(...alone, 'ip link add name br0 type bridge')],
    ['has no cables between namespaces (veth)', command(...alone, 'ip link add name v1 type veth peer name v2')],
    ['cannot filter on a bridge (nftables)', command(...alone, 'nft add table bridge t && nft add chain bridge t c')],
    [`cannot lay an overlay over a folder in ${folder}`, command(...alone, overlay, 'sh', folder)],
  ];
};

/** Stops with a sentence where the host cannot run a lab. */
export const demandAbilities = async (folder: string): Promise<void> => {
  const trials = `${folder}/trial`;
  mkdirSync(trials, { recursive: true });
  try {
    for (const [sentence, trial] of abilities(trials)) {
      if (!(await succeeds(trial))) throw new Error(`The lab cannot run here: this host ${sentence}.`);
    }
  } finally {
    await succeeds(command('rm', '-rf', trials));
  }
};
