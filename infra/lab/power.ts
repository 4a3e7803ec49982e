import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../local/die-with-parent.ts';
import { runToEnd } from '../local/run-to-end.ts';
import { ownScope, removeControlGroup } from './control-group.ts';
import { makeDisk } from './disk.ts';
import { isUnplugged, readFaults } from './faults.ts';
import { labFile } from './lab-file.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { withLock } from './lock.ts';
import { serverNetworkGone, unplug } from './network.ts';
import { isAlive, killProcesses, readProcesses, untilGone } from './processes.ts';
import { command, succeeds } from './run.ts';

const supervisor = fileURLToPath(new URL('supervise.ts', import.meta.url));

/** Whether a server is switched on. */
export const isOn = (server: ServerLayout): boolean => isAlive(readProcesses(server.processes)?.supervisor);

/** flock's exit code when a server has a supervisor already: the one that a killed lab-up has started, say. */
const isSupervised = 75;

/** The supervisor of a server, in a control group of its own; never two of one server. */
export const supervised = (layout: Layout, server: ServerLayout): Command => {
  const once: [string, ...string[]] = [
    'flock',
    '--no-fork',
    '--nonblock',
    `--conflict-exit-code=${isSupervised}`,
    server.lock,
  ];
  const [program, ...args] = [...once, process.execPath, supervisor, labFile(layout.name), server.name];
  const scope = ownScope(layout, server);
  return scope ? command(scope.command, ...scope.args, program, ...args) : command(program, ...args);
};

/** How to run a command on a server through ssh, from inside the lab. */
export const overSsh = (layout: Layout, server: ServerLayout, options: readonly string[], words: string[]): Command => {
  const ssh = ['ssh', '-F', layout.sshConfig, ...options, server.name, ...words];
  return command('ip', 'netns', 'exec', layout.namespace, ...ssh);
};

/** The end of a server's console, and where the rest is. */
const lastWords = ({ log }: ServerLayout): string => {
  const line = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return `${stripVTControlCharacters(line).trim()} (${log})`;
};

/** A boot takes 2 s; five at once took 8 s on two cores with nine others to run for every one that did. */
const bootPatience = 120_000;

/** Waits until a server takes commands. */
const untilReachable = async (layout: Layout, server: ServerLayout): Promise<void> => {
  const ask = overSsh(layout, server, ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=2'], ['true']);
  const deadline = Date.now() + bootPatience;
  for (;;) {
    const { code, output } = await runToEnd(ask, {});
    if (code === 0) return;
    // Nobody gets in, and nobody can tell how far it is.
    if (isUnplugged(readFaults(layout), server.name)) return;
    if (!isOn(server)) throw new Error(`${server.name} went off while it booted: ${lastWords(server)}`);
    if (Date.now() > deadline) throw new Error(`${server.name} does not answer ssh (${output}): ${lastWords(server)}`);
    await sleep(200);
  }
};

/** Switches a server on and does not wait; its disk is made when it has none. */
const switchOn = async (layout: Layout, server: ServerLayout): Promise<void> => {
  await makeDisk(layout, server);
  const log = openSync(server.log, 'a', 0o600);
  const { command: program, args } = supervised(layout, server);
  // A session of its own, and nothing else of whoever started the lab: it must outlive that.
  const env = { PATH: process.env.PATH };
  const child = spawn(program, args, { cwd: '/', env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  const deadline = Date.now() + bootPatience;
  while (!isOn(server)) {
    if ((child.exitCode !== null && child.exitCode !== isSupervised) || Date.now() > deadline)
      throw new Error(`${server.name} cannot be switched on: ${lastWords(server)}`);
    await sleep(20);
  }
};

/** Switches a server on, if it is off, and waits until ssh reaches it. */
export const boot = async (layout: Layout, server: ServerLayout): Promise<void> => {
  if (!isOn(server)) await switchOn(layout, server);
  await untilReachable(layout, server);
};

/**
 * Takes a server's power away. Its network goes first: the sockets of killed processes would tell their peers, which a
 * server without power does not do.
 */
export const powerOff = async (layout: Layout, server: ServerLayout): Promise<void> => {
  await succeeds(unplug(layout.namespace, server));
  const kill = (): void => killProcesses(readProcesses(server.processes));
  kill();
  // A supervisor that has only just been started is not on record yet, and holds the lock.
  const killing = setInterval(kill, 20);
  try {
    await withLock(
      server.lock,
      () => {},
      async () => {
        await untilGone(readProcesses(server.processes));
        for (const gone of serverNetworkGone(layout, server)) await succeeds(gone);
        removeControlGroup(layout, server);
      },
    );
  } finally {
    clearInterval(killing);
  }
};
