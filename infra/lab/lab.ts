import { existsSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import { type RunOptions, runToEnd } from '../local/run-to-end.ts';
import { block, heal, unplugServer } from './cables.ts';
import { removeDisk } from './disk.ts';
import { labFile, readLayout } from './lab-file.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { withheld } from './machine.ts';
import { boot, isOn, powerOff } from './power.ts';
import { isAlive, readProcesses } from './processes.ts';
import { command } from './run.ts';
import { letPass, standStill } from './stand-still.ts';

export type Outcome = { readonly code: number; readonly output: string };

/** A server of a lab, as it is at this moment. */
export type LabServer = ServerLayout & {
  readonly isOn: boolean;
  /** The host's number of the server's process 1, while it is on. */
  readonly pid: number | undefined;
  /** Its file system as it sees it itself, while it is on. */
  readonly root: string | undefined;
};

/** A lab that is up, and what can be done to it. Every verb wants a server's name and refuses one that it does not know. */
export type Lab = Omit<Layout, 'servers'> & {
  readonly servers: Readonly<Record<string, LabServer>>;
  /** In front of a command that is to run where the servers can be reached; the rest of the host stays as it is. */
  readonly prefix: readonly string[];
  /** Runs a command there. */
  readonly inside: (words: readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** Runs a command on a server, as root, also when its network is cut: a shell's text, or words. */
  readonly exec: (server: string, words: string | readonly string[], options?: RunOptions) => Promise<Outcome>;
  /** Takes a server's power away; its disk stays. */
  readonly kill: (server: string) => Promise<void>;
  /** Switches a server on and waits until ssh reaches it; does not wait for one whose cable is pulled. */
  readonly boot: (server: string) => Promise<void>;
  /** Gives a server an empty disk and boots it. */
  readonly reset: (server: string) => Promise<void>;
  /** Pulls a server's cable, or with a second name lets nothing pass from the first to the second (one way), nor back. */
  readonly cut: (server: string, other?: string, options?: { readonly isOneWay?: boolean }) => Promise<void>;
  /** Undoes what was cut of a server, or everywhere. */
  readonly heal: (server?: string) => Promise<void>;
  /** Lets a server stand still, as a virtual machine that is moved; returns for how many seconds nothing was heard of it. */
  readonly standStill: (server: string, seconds: number) => Promise<number>;
};

/** A server by its name. */
export const serverOf = ({ name: lab, servers }: Layout, name: string): ServerLayout => {
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server) return server;
  throw new Error(`Lab ${lab} has no server "${name}"; it has ${Object.keys(servers).join(', ')}.`);
};

/**
 * Enters a server from the host without its network, with no more rights than the server's own root has. It is a shell that starts the command and waits for it: nsenter itself
 * stops when its command is stopped, which is what a server that shuts down does to all, and is never woken; its command cannot end then, nor the server.
 */
export const enter = (pid: number, words: string | readonly string[]): Command =>
  command(
    'nsenter',
    '--all',
    '--no-fork',
    `--target=${pid}`,
    'setpriv',
    `--bounding-set=${withheld.map((right) => `-${right.replace('CAP_', '').toLowerCase()}`).join(',')}`,
    // Nothing of the host's environment belongs there.
    'env',
    '-i',
    'HOME=/root',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'sh',
    '-c',
    '"$@"; exit $?',
    'sh',
    ...(typeof words === 'string' ? ['sh', '-c', words] : words),
  );

const asItIs = (server: ServerLayout): LabServer => {
  const processes = readProcesses(server.processes);
  const pid = isAlive(processes?.init) ? processes.init.pid : undefined;
  return { ...server, isOn: isOn(server), pid, root: pid === undefined ? undefined : `/proc/${pid}/root` };
};

/** Words in front of a command that is to run inside a lab. */
export const prefixOf = ({ namespace }: Layout): string[] => ['ip', 'netns', 'exec', namespace];

/**
 * The lab of an inventory, if it is up.
 * @param inventory of which the lab has its name
 * @param name the lab's own, when it was given another
 */
export const runningLab = (inventory: { readonly name: string }, name = inventory.name): Lab | undefined => {
  const layout = readLayout(name);
  return layout && existsSync(`/run/netns/${layout.namespace}`) ? labOf(layout) : undefined;
};

/** The lab of a name, or a sentence that says how to make it. */
export const demandLab = (name: string): Lab => {
  const lab = runningLab({ name });
  if (!lab) throw new Error(`Lab ${name} is not up (${labFile(name)}): npx nx lab-up infra makes it.`);
  return lab;
};

const labOf = (layout: Layout): Lab => {
  const prefix = prefixOf(layout);
  const known = (name: string): ServerLayout => serverOf(layout, name);
  const inside = (words: readonly string[], options: RunOptions = {}): Promise<Outcome> => {
    const [program = '', ...args] = [...prefix, ...words];
    return runToEnd({ command: program, args }, options);
  };
  const lab: Lab = {
    ...layout,
    get servers() {
      return Object.fromEntries(Object.entries(layout.servers).map(([name, server]) => [name, asItIs(server)]));
    },
    prefix,
    inside,
    exec: async (name, words, options = {}) => {
      const { pid } = asItIs(known(name));
      if (pid === undefined) throw new Error(`${name} is off.`);
      return runToEnd(enter(pid, words), options);
    },
    kill: async (name) => powerOff(layout, known(name)),
    boot: async (name) => boot(layout, known(name)),
    reset: async (name) => {
      const server = known(name);
      await powerOff(layout, server);
      await removeDisk(server.disk);
      await boot(layout, server);
    },
    cut: async (name, other, { isOneWay = false } = {}) => {
      const server = known(name);
      if (other === undefined) await unplugServer(layout, server);
      else await block(layout, server, known(other), isOneWay);
    },
    heal: async (name) => {
      await heal(layout, name === undefined ? undefined : known(name));
      for (const each of name === undefined ? Object.values(layout.servers) : [known(name)])
        await letPass(layout, each);
    },
    standStill: async (name, seconds) =>
      standStill(layout, known(name), seconds, (signal) => lab.exec(name, `kill -${signal} -1`)),
  };
  return lab;
};
