import type { Command } from '../local/die-with-parent.ts';
import { plainFolder, plainFolders } from './disk.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { command } from './run.ts';

/** What a server must not do: the clock, the modules and the ports belong to the host. */
export const withheld = ['CAP_SYS_TIME', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO'];

/** In a mount namespace of its own; what is mounted there is gone when the server is. */
const onItsDisk = 'mount -t overlay -o "$1" overlay "$2" && shift 2 && exec "$@"';

/**
 * Switches a server on: its disk is a folder of changes over the image that all share. The command ends when the server does,
 * with 133 when that wants to boot again; its parent's death is its own.
 */
export const machine = ({ id, image }: Layout, { name, disk, namespace }: ServerLayout): Command =>
  command(
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    onItsDisk,
    'sh',
    `lowerdir=${image},upperdir=${disk}/upper,workdir=${disk}/work`,
    `${disk}/root`,
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--register=no',
    '--keep-unit',
    `--directory=${disk}/root`,
    ...plainFolders.map((path) => `--bind=${plainFolder(disk, path)}:${path}`),
    `--machine=lab-${id}-${name}`,
    `--hostname=${name}`,
    `--network-namespace-path=/run/netns/${namespace}`,
    // keepalived, nftables and Podman need more than nspawn gives by itself.
    '--capability=all',
    `--drop-capability=${withheld.join(',')}`,
    '--system-call-filter=@keyring bpf',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
  );

/** How nspawn is to see the host: the server gets the unified hierarchy only, and may set what is below /proc/sys/net. */
export const machineEnvironment = {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
};

/** nspawn's exit code when the server wants to boot again. */
export const rebootCode = 133;
