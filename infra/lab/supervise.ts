import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../local/message.ts';
import { joinControlGroup } from './control-group.ts';
import { isUnplugged, readFaults } from './faults.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { serverOf } from './lab.ts';
import { machine, machineEnvironment, rebootCode } from './machine.ts';
import { serverNetwork, serverNetworkGone } from './network.ts';
import { childrenOf, isAlive, isFirstOfItsNamespace, processOf, writeProcesses } from './processes.ts';
import { runAll, succeeds } from './run.ts';

/** Keeps one server on until it is switched off from inside. usage: node supervise.ts LAB-FILE SERVER */
const supervise = async (layout: Layout, server: ServerLayout): Promise<void> => {
  const supervisor = processOf(process.pid);
  writeProcesses(server.processes, { supervisor });
  joinControlGroup(layout, server);
  let code: number | null = rebootCode;
  while (code === rebootCode) {
    for (const gone of serverNetworkGone(layout, server)) await succeeds(gone);
    await runAll(serverNetwork(layout, server, isUnplugged(readFaults(layout), server.name)));
    const { command, args } = machine(layout, server);
    const nspawn = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...machineEnvironment },
    });
    const exited = once(nspawn, 'exit');
    if (nspawn.pid === undefined) await exited;
    else void record(server, nspawn.pid);
    [code] = (await exited) as [number | null];
    writeProcesses(server.processes, { supervisor });
  }
};

/** Puts nspawn on record, and the server's process number 1 as soon as it is there. */
const record = async (server: ServerLayout, pid: number): Promise<void> => {
  const processes = { supervisor: processOf(process.pid), nspawn: processOf(pid) };
  writeProcesses(server.processes, processes);
  while (isAlive(processes.nspawn)) {
    const init = childrenOf(pid).find(isFirstOfItsNamespace);
    if (init) return writeProcesses(server.processes, { ...processes, init: processOf(init) });
    await sleep(20);
  }
};

const [file = '', name = ''] = process.argv.slice(2);
try {
  const layout = JSON.parse(readFileSync(file, 'utf8')) as Layout;
  await supervise(layout, serverOf(layout, name));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
