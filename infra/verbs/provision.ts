import { existsSync } from 'node:fs';
import { type PlaybookOutcome, runPlaybook, writeHosts } from '../inventory/ansible.ts';
import { askInstances } from '../inventory/cores.ts';
import { inventoryFolder } from '../inventory/folder.ts';
import { ensureSecrets } from '../inventory/secrets.ts';
import { vaultOf } from '../inventory/vault.ts';
import { ensureAnsible } from '../inventory/venv.ts';
import { withLock } from '../lab/lock.ts';
import { bringRelease } from './deploy/bring.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { type ExitCode, exitCodes, VerbError } from './support/exit-codes.ts';
import { inspect, type Inspection } from './support/inspect.ts';
import { runVerb, type VerbContext } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'provision',
  summary: 'Makes bare Debian 13 servers those of the site; what is as it should be stays untouched.',
  options: {
    limit: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'only this server; may stand more than once. A new one is made known to all',
    },
  },
};

const playbook = 'provision.yml';

/** The servers to act on. */
const wantedServers = ({ given, servers, inventory }: VerbContext): readonly string[] => {
  const limit = given.values['limit'] as readonly string[] | undefined;
  const unknown = limit?.find((name) => !servers.names.includes(name));
  if (unknown === undefined) return limit ?? servers.names;
  const sentence = `There is no server "${unknown}" in ${inventory.name}; it has ${servers.names.join(', ')}.`;
  throw new VerbError(sentence, exitCodes.usage);
};

const isReady = (found: Inspection | undefined): boolean => found?.state === 'bare' || found?.state === 'provisioned';

const faultsIn = (found: Record<string, Inspection>): string[] =>
  Object.values(found).flatMap((each) => ('fault' in each ? each.fault : []));

/** Looks before anything is touched: servers that are unfit stop it, those that do not answer are left out. */
const lookAt = async (context: VerbContext, names: readonly string[]): Promise<Record<string, Inspection>> => {
  const found = await inspect(context.servers, context.inventory.servers, names);
  const faults = faultsIn(found);
  const isUnfit = Object.values(found).some(({ state }) => state === 'unusable');
  const isNobodyThere = names.every((name) => !isReady(found[name]));
  if (isUnfit) throw new VerbError(`Nothing was done:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  if (isNobodyThere) throw new VerbError(faults.join('\n'), exitCodes.unavailable);
  return found;
};

/** New secrets would lock the running site's own parts out of each other. */
const demandVault = ({ inventory }: VerbContext, found: Record<string, Inspection>): void => {
  const { file } = vaultOf(inventory);
  const running = Object.keys(found).filter((name) => found[name]?.state === 'provisioned');
  if (existsSync(file) || running.length === 0) return;
  const sentence = `${running.join(', ')} ${running.length === 1 ? 'has' : 'have'} secrets that are not here`;
  throw new VerbError(`${sentence}: put ${file} back, and its password.`, exitCodes.configuration);
};

const summaryText = ({ servers }: PlaybookOutcome): string =>
  Object.entries(servers)
    .map(([name, { changed, failed, isUnreachable }]) => {
      if (isUnreachable) return `${name} is unreachable`;
      return `${name} ${changed === 0 ? 'unchanged' : `${changed} changed`}${failed > 0 ? `, ${failed} FAILED` : ''}`;
    })
    .join(' · ');

const trial = async (
  context: VerbContext,
  bin: string,
  found: Record<string, Inspection>,
): Promise<ExitCode | void> => {
  const { inventory, route, report, servers, signal } = context;
  const named = (state: Inspection['state']): string[] =>
    Object.keys(found).filter((name) => found[name]?.state === state);
  const bare = named('bare');
  const limit = named('provisioned');
  if (bare.length > 0) report.say(`${bare.join(', ')}: bare; everything would be installed.`);
  if (limit.length === 0) return;
  writeHosts(inventory, await askInstances(inventory, servers));
  const outcome = await runPlaybook({ bin, inventory, route, playbook, isTrial: true, limit }, report.say, signal);
  report.done(`It would be: ${summaryText(outcome)}`);
  return outcome.isDone ? exitCodes.done : exitCodes.failed;
};

const provision = async (context: VerbContext): Promise<ExitCode | void> => {
  const { inventory, route, report, servers, given, signal } = context;
  const wanted = wantedServers(context);
  const bin = await ensureAnsible(report.say);
  const first = await lookAt(context, wanted);
  // Firewalls and routers of the others must learn of a new server, or it is there for nobody.
  const isJoining = wanted.length < servers.names.length && wanted.some((name) => first[name]?.state === 'bare');
  const names = isJoining ? servers.names : wanted;
  const found = isJoining ? await lookAt(context, names) : first;
  const limit = names.filter((name) => isReady(found[name]));
  report.plan(`provision ${inventory.name}: ${limit.join(', ')}`, [
    'make the secrets and certificates that are missing, renew what is about to expire',
    'bring every server to what its groups ask for: packages, files, services',
    'bring the release that the others run to those that are new',
  ]);
  demandVault(context, found);
  if (isJoining) report.say(`${wanted.join(', ')}: new, so the others are told of it as well.`);
  for (const fault of faultsIn(found)) report.say(`Left out: ${fault}`);
  if (given.isDryRun) return trial(context, bin, found);

  const outcome = await context.locked(async (assertHeld) => {
    const onWait = (): void => report.say('Waiting for another command of this inventory.');
    const isNew = await withLock(`${inventoryFolder(inventory)}lock`, onWait, () => ensureSecrets(bin, inventory));
    if (isNew) report.say(`Secrets written to ${vaultOf(inventory).file}`);
    writeHosts(inventory, await askInstances(inventory, servers));
    const ended = await runPlaybook({ bin, inventory, route, playbook, isTrial: false, limit }, report.say, signal);
    if (ended.isDone) await bringRelease(context, limit, assertHeld);
    return ended;
  });
  if (given.isJson) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  report.done(`${outcome.isDone ? 'Provisioned' : 'NOT provisioned'}: ${summaryText(outcome)}`);
  const isWhole = outcome.isDone && limit.length === names.length;
  return isWhole ? exitCodes.done : exitCodes.failed;
};

await runVerb(definition, provision);
