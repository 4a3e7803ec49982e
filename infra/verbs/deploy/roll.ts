import { messageOf } from '../../local/message.ts';
import { imageOf } from '../../images/services.ts';
import { VerbError } from '../support/exit-codes.ts';
import { type Remote, script } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';
import { type Fleet, type Instance, instancesOf, readFleet, releaseServers, runs, spoken } from './fleet.ts';
import { hasOthers, isBalanced, isServed, until, watchCanary } from './observe.ts';
import { type Plan, planRelease } from './plan.ts';

/** Drain (60 s at most), start and readiness (60 s), in milliseconds. */
const patience = 150_000;

/** The canary failed, or an instance did not come up: the reason to go back. */
export class ReleaseFailed extends VerbError {}

const replaceText = `
podman tag "$1:$2" "$1:current"
# Units start nothing without this file; before the first release is complete there is nothing to remember.
[ -e /var/lib/scale-up/releases.json ] || echo '{"current":null,"previous":null}' >/var/lib/scale-up/releases.json
exec /usr/local/lib/scale-up/replace-instance "$3" "$4"
`;

/** The command that makes an instance run a release; done again it restarts it. */
export const replaceCommand = ({ tier, number }: Instance, tag: string): Remote => ({
  ...script(replaceText, imageOf(tier), tag, tier, String(number)),
  timeout: patience,
});

/** What a server said of an instance that did not get ready. */
const lastWords = (text: string): string => {
  const lines = text.trim().split('\n').filter(Boolean).slice(-3);
  return lines.length > 0 ? `:\n    ${lines.join('\n    ')}` : '';
};

/** Makes one instance run a release, and waits until every balancer gives it requests again. */
const replace = async (context: VerbContext, instance: Instance, tag: string): Promise<void> => {
  const { servers, inventory, report } = context;
  await report.step(instance.server, `replace ${instance.tier} ${instance.number}`, async () => {
    const isAlone = instancesOf(inventory, instance.tier).length === 1;
    const mayStop = await until(
      context,
      (sample) => isAlone || hasOthers(sample, instance) || !isServed(sample, instance),
    );
    if (!mayStop)
      throw new ReleaseFailed(
        `${spoken(instance)} stays: no other ${instance.tier} is up that could take its requests.`,
      );
    const answer = await servers.ask(instance.server, replaceCommand(instance, tag));
    if (answer.code !== 0) throw new ReleaseFailed(`${spoken(instance)} did not get ready${lastWords(answer.stderr)}`);
    if (await until(context, (sample) => isBalanced(sample, instance))) return;
    throw new ReleaseFailed(`${spoken(instance)} is ready, but not every balancer gives it requests.`);
  });
};

const watch = async (context: VerbContext, canary: Instance, others: readonly Instance[]): Promise<void> => {
  await context.report.step(canary.server, `watch ${canary.tier} ${canary.number} beside the others`, async () => {
    const { isGood, because } = await watchCanary(context, canary, others);
    if (!isGood) throw new ReleaseFailed(`${spoken(canary)} is no good: ${because}.`);
    return because;
  });
};

/**
 * Makes instance after instance run a release.
 * @param isWatched whether the first one of each tier is compared with the others before these follow
 */
export const roll = async (
  context: VerbContext,
  fleet: Fleet,
  { target, steps }: Plan,
  isWatched: boolean,
  assertHeld: () => void,
): Promise<void> => {
  for (const { tier, instances } of steps) {
    const waiting = [...instances];
    let canary = isWatched ? instancesOf(context.inventory, tier).find((each) => runs(fleet, each, target)) : undefined;
    while (waiting.length > 0) {
      context.signal.throwIfAborted();
      assertHeld();
      // Of a deploy that was killed while it watched, the first instance runs already: it is still to be watched.
      if (canary) await watch(context, canary, waiting);
      const instance = waiting.shift()!;
      const isFirst = isWatched && waiting.length + 1 === instancesOf(context.inventory, tier).length;
      await replace(context, instance, target);
      canary = isFirst && waiting.length > 0 ? instance : undefined;
    }
  }
};

/**
 * Makes every server run an earlier release again, as far as it can.
 * @throws VerbError naming what did not go back
 */
export const goBack = async (context: VerbContext, tag: string, assertHeld: () => void): Promise<void> => {
  const { servers, inventory } = context;
  const names = releaseServers(inventory);
  const faults: string[] = [];
  const fleet = await readFleet(servers, names);
  const { steps } = planRelease(inventory, fleet, tag, ['web', 'app']);
  for (const instance of steps.flatMap(({ instances }) => instances)) {
    assertHeld();
    try {
      await replace(context, instance, tag);
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  if (faults.length > 0)
    throw new VerbError(`Not everything is back on ${tag}:\n${faults.map((each) => `  ${each}`).join('\n')}`);
};
