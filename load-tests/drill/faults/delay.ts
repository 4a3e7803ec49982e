import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import type { Lab } from '@scale-up/infra/lab/lab.ts';
import { hit } from '../../servers/measure.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { Fault } from './fault.ts';

const relay = fileURLToPath(new URL('delay-relay.py', import.meta.url));

/** The lab's bridge, on which every server's cable hangs. */
const bridge = 'br0';

type Cable = { readonly port: string; readonly inner: string; readonly outer: string };

/** Between the server's end and the bridge comes a second cable, and between the two the relay, which is slow on the way out. Names of devices have 15 characters at most. */
const cablesOf = ({ servers }: Lab): Cable[] =>
  Object.values(servers).map(({ port }, index) => ({ port, inner: `slow${index}a`, outer: `slow${index}b` }));

const putBetween = ({ port, inner, outer }: Cable): string => `
ip link add ${inner} type veth peer name ${outer}
for device in ${inner} ${port}; do sysctl -qw net.ipv4.conf.$device.arp_ignore=8 net.ipv6.conf.$device.disable_ipv6=1; done
ip link set ${outer} master ${bridge}
ip link set ${inner} up`;

/** All at once: whatever passes on the old way meanwhile is passed on, and what passes on none is lost as on a cable that is changed. */
const changeOver = (cables: readonly Cable[], isSlow: boolean): string => {
  const one = ({ port, outer }: Cable): string =>
    isSlow
      ? `link set ${port} nomaster\nlink set ${outer} up`
      : `link set ${outer} down\nlink set ${port} master ${bridge}`;
  return `ip -force -batch - <<'EOF'\n${cables.map(one).join('\n')}\nEOF`;
};

const takeAway = ({ inner }: Cable): string => `
ip link delete ${inner} 2>/dev/null || true`;

const endOf = async (child: ReturnType<typeof spawn>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

type Time = { readonly delay: number; readonly jitter: number };

const inLab = async <Result>(
  site: ServersSite,
  lab: Lab,
  { delay, jitter }: Time,
  work: () => Promise<Result>,
): Promise<Result> => {
  const cables = cablesOf(lab);
  const shell = async (text: string): Promise<void> => {
    const { code, output } = await lab.inside(['sh', '-ec', text]);
    if (code !== 0) throw new Error(`the lab's cables could not be changed: ${output}`);
  };
  const pairs = cables.map(({ port, inner }) => `${port}=${inner}`);
  const [program = '', ...words] = [...lab.prefix, 'python3', relay, `${delay}`, `${jitter}`, ...pairs];
  let child: ReturnType<typeof spawn> | undefined;
  const undo = site.undoable(async () => {
    await shell(changeOver(cables, false)).catch(() => {});
    if (child) await endOf(child);
    await shell(cables.map(takeAway).join(''));
  });
  try {
    await shell(cables.map(putBetween).join(''));
    const launch = dyingWithParent('SIGTERM', { command: program, args: words });
    child = spawn(launch.command, launch.args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await Promise.race([
      once(child.stdout ?? child, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('the relay ended at once');
      }),
    ]);
    await shell(changeOver(cables, true));
    return await work();
  } finally {
    await undo();
  }
};

/** As in a lab on each server's way out, which every packet between two takes once. */
const onServers = async <Result>(
  site: ServersSite,
  { delay, jitter }: Time,
  work: () => Promise<Result>,
): Promise<Result> => {
  const device = site.inventory.vip.interface;
  const onAll = (text: string): Promise<unknown> => Promise.all(site.servers.names.map((name) => site.on(name, text)));
  const undo = site.undoable(() => onAll(`tc qdisc delete dev ${device} root netem 2>/dev/null; true`));
  try {
    await onAll(`tc qdisc add dev ${device} root netem delay ${delay + jitter / 2}ms ${jitter / 2}ms`);
    return await work();
  } finally {
    await undo();
  }
};

/** Does something while every packet from the servers takes longer. */
const whileSlow = <Result>(site: ServersSite, time: Time, work: () => Promise<Result>): Promise<Result> =>
  site.lab ? inLab(site, site.lab, time, work) : onServers(site, time, work);

/** Seconds: several of every interval that anybody checks anybody. */
const seconds = 60;

/** Milliseconds at least, and those that are added by chance. */
const slow = (time: Time, stall: number): Fault => ({
  name: `delay-${time.delay}`,
  group: 'network',
  what: `every packet between the servers takes ${time.delay} to ${time.delay + time.jitter} ms longer for ${seconds} s`,
  limits: { failed: 'none', stall },
  strike: (site) => whileSlow(site, time, () => hit(() => sleep(seconds * 1_000))),
});

/** A network that is slow: as between two data centres of one city, and of two. */
export const delayFaults: readonly Fault[] = [slow({ delay: 2, jitter: 1 }, 2), slow({ delay: 10, jitter: 5 }, 5)];
