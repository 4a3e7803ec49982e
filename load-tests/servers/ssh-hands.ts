import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory } from '@scale-up/infra/inventory/schema.ts';
import type { Servers } from '@scale-up/infra/verbs/support/servers.ts';
import { ownConnection, remote, script } from '@scale-up/infra/verbs/support/ssh.ts';
import { now } from './clock.ts';
import type { Hands } from './hands.ts';

/** On each server: what its network does not let through. It comes before the firewall, and its forgetting is already ordered when it begins. */
const table = 'inet scale_up_drill';

/** Seconds after which a server mends its network by itself: whoever has cut it may be unable to come back. */
const longest = 600;

const timer = 'scale-up-drill-heal';

/** What leaves by the network card, whoever wrote it: keepalived's word on who holds the VIP is no packet of IP. */
const card = 'netdev scale_up_drill';

/** $1 is the network card; then come rules of input, of output with "out:" in front, and of the card with "card:". */
const block = `
device=$1
shift
systemctl stop ${timer}.timer ${timer}.service 2>/dev/null || true
systemd-run --quiet --unit=${timer} --on-active=${longest} sh -c 'nft delete table ${table}; nft delete table ${card}'
nft -f - <<EOF
add table ${table}
add chain ${table} in { type filter hook input priority -300; policy accept; }
add chain ${table} out { type filter hook output priority -300; policy accept; }
add table ${card}
add chain ${card} out { type filter hook egress device "$device" priority 0; policy accept; }
EOF
for rule in "$@"; do
  case "$rule" in
    card:*) nft "add rule ${card} out \${rule#card:}" ;;
    out:*) nft "add rule ${table} out \${rule#out:}" ;;
    *) nft "add rule ${table} in $rule" ;;
  esac
done`;

const unblock = `
nft delete table ${table} 2>/dev/null || true
nft delete table ${card} 2>/dev/null || true
systemctl stop ${timer}.timer 2>/dev/null || true`;

/** What goes through a cable that is pulled: SSH, which no server speaks to another, and ARP for it. */
const cable = (port: number, vip: string): string[] => [
  `card:arp saddr ip ${vip} drop`,
  'iifname lo accept',
  `tcp dport ${port} accept`,
  'drop',
  'out:oifname lo accept',
  `out:tcp sport ${port} accept`,
  'out:drop',
];

/** Milliseconds: a server of metal tests its memory before it starts. */
const bootPatience = 600_000;

/** Tells when the server was started, and so whether it was since. */
const bootId = remote('cat', '/proc/sys/kernel/random/boot_id');

/**
 * Servers of their own, over SSH. Power is taken by a restart without a warning, a sync or a stop of anything, after which the server comes back by itself; networks
 * are cut by rules on the servers, and SSH from here stays.
 */
export const sshHands = (inventory: Inventory, servers: Servers, prefix: readonly string[] = []): Hands => {
  const { interface: device, address: vip } = inventory.vip;
  const port = (name: string): number => inventory.servers[name]?.ssh.port ?? 22;
  const addressOf = (name: string): string => inventory.servers[name]?.address ?? '';
  const heal = async (): Promise<void> => {
    await Promise.all(servers.names.map((name) => servers.ask(name, script(unblock))));
  };
  const exec: Hands['exec'] = async (server, words, { onOutput } = {}) => {
    const child = servers.start(
      server,
      typeof words === 'string' ? remote('sh', '-c', words) : { words },
      onOutput ? ownConnection : [],
    );
    let output = '';
    const hear = (text: string): void => {
      output += text;
      onOutput?.(text);
    };
    child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const { promise, resolve } = Promise.withResolvers<number>();
    child.once('error', () => resolve(255));
    child.once('close', (code) => resolve(code ?? 255));
    return { code: await promise, output };
  };
  const before = new Map<string, string>();
  const boot = async (name: string): Promise<void> => {
    const last = before.get(name);
    for (const deadline = now() + bootPatience; ; await sleep(500)) {
      const { code, stdout } = await servers.ask(name, { ...bootId, connectTimeout: 2, timeout: 4_000 });
      if (code === 0 && stdout.trim() !== last) return void before.delete(name);
      if (now() > deadline) throw new Error(`${name} did not come back within ${bootPatience / 60_000} min`);
    }
  };
  return {
    where: `servers ${servers.names.join(' ')} over SSH`,
    prefix,
    exec,
    kill: async (name) => {
      before.set(name, (await servers.demand(name, bootId)).trim());
      // Its connection ends with it.
      await servers.ask(name, { words: ['systemctl', 'reboot', '--force', '--force'], timeout: 3_000 });
    },
    boot,
    pause: (name) => Promise.reject(new Error(`nobody here can make ${name} stand still; a lab can`)),
    reset: (name) => Promise.reject(new Error(`nobody here can give ${name} an empty disk; a lab can`)),
    cut: async (name, other, { isOneWay = false } = {}) => {
      if (other === undefined) {
        await servers.demand(name, script(block, device, ...cable(port(name), vip)));
        return;
      }
      const deaf = async (who: string, to: string): Promise<void> =>
        void (await servers.demand(who, script(block, device, `ip saddr ${addressOf(to)} drop`)));
      await deaf(other, name);
      if (!isOneWay) await deaf(name, other);
    },
    heal,
    revive: async () => {
      await heal();
      await Promise.all([...before.keys()].map(boot));
    },
  };
};
