import { resolve } from 'node:path';
import { InventoryError, NoInventoryError, readInventory } from '../../inventory/read.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { type Lab, runningLab } from '../../lab/lab.ts';
import { messageOf } from '../../local/message.ts';
import { type VerbArguments, verbArguments, type VerbDefinition, usageOf } from './arguments.ts';
import { type ExitCode, exitCodes, VerbError } from './exit-codes.ts';
import { takeLock } from './lock.ts';
import { type Report, reportTo } from './report.ts';
import { type Servers, serversOf } from './servers.ts';
import type { Route } from './ssh.ts';

/** All that a verb works with. */
export type VerbContext = {
  readonly inventory: Inventory;
  readonly given: VerbArguments;
  readonly servers: Servers;
  readonly route: Route;
  readonly report: Report;
  /** Aborted by Ctrl-C or SIGTERM: start nothing new, undo what must be undone. A second one ends the verb at once. */
  readonly signal: AbortSignal;
  /**
   * Does work that changes servers, while nobody else may. In a dry run there is nothing to lock.
   * Before every step it asks `assertHeld`.
   */
  readonly locked: <Result>(work: (assertHeld: () => void) => Promise<Result>) => Promise<Result>;
};

/** How the servers of an inventory are reached: through its lab when that is up. */
export const routeTo = (lab: Lab | undefined): Route =>
  lab ? { id: lab.id, prefix: lab.prefix, sshConfig: lab.sshConfig } : { id: 'net', prefix: [] };

/**
 * A verb's whole process: command line, inventory, route, and every failure as one sentence and an exit code.
 * @param work returns the exit code, if it is not 0
 */
export const runVerb = async (
  verb: VerbDefinition,
  work: (context: VerbContext) => Promise<ExitCode | void>,
): Promise<void> => {
  try {
    const given = verbArguments(verb, process.argv.slice(2));
    if (given.isHelp) return void process.stdout.write(`${usageOf(verb)}\n`);
    process.exitCode = (await work(contextOf(verb, given))) ?? exitCodes.done;
  } catch (error) {
    // A fault of this program is no sentence for the operator: whoever mends it wants to see where.
    process.stderr.write(`${isOwnFault(error) ? error.stack : messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
};

const isOwnFault = (error: unknown): error is Error =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;

const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof VerbError) return error.code;
  const isOfInventory = error instanceof InventoryError || error instanceof NoInventoryError;
  return isOfInventory ? exitCodes.configuration : exitCodes.failed;
};

const contextOf = (verb: VerbDefinition, given: VerbArguments): VerbContext => {
  const inventory = readInventory(resolve(given.inventory));
  const lab = runningLab(inventory, given.lab);
  if (given.lab !== undefined && !lab) throw new VerbError(`There is no lab "${given.lab}" that is up.`);
  const { server } = given;
  if (server !== undefined && !Object.hasOwn(inventory.servers, server)) {
    const known = Object.keys(inventory.servers).join(', ');
    throw new VerbError(`There is no server "${server}" in ${inventory.name}; it has ${known}.`, exitCodes.usage);
  }
  const route = routeTo(lab);
  const servers = serversOf(inventory, route);
  return {
    inventory,
    given,
    servers,
    route,
    report: reportTo((text) => void (given.isJson ? process.stderr : process.stdout).write(text)),
    signal: stopSignal(),
    locked: async (lockedWork) => {
      if (given.isDryRun) return lockedWork(() => {});
      const lock = await takeLock(servers, server === undefined ? verb.name : `${verb.name} ${server}`);
      try {
        return await lockedWork(lock.assertHeld);
      } finally {
        await lock.release();
      }
    },
  };
};

/** 128 + 2, what a shell says of a program that Ctrl-C ended. */
const interrupted = 130;

const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(interrupted);
      process.stderr.write('Stopping after this step; once more ends at once.\n');
      controller.abort(new VerbError('Stopped.'));
    });
  }
  return controller.signal;
};
