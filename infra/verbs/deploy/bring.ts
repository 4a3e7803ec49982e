import type { Service } from '../../images/services.ts';
import { VerbError } from '../support/exit-codes.ts';
import type { VerbContext } from '../support/verb.ts';
import { complete } from './complete.ts';
import { copyImages } from './copy.ts';
import { type Fleet, readFleet, releaseServers, servicesOf } from './fleet.ts';
import { currentRelease, lackedImages, planRelease, previousRelease } from './plan.ts';
import { roll } from './roll.ts';
import { placeAssets } from './ship.ts';

/** A server that has a release's image of a service. */
const giverOf = (fleet: Fleet, tag: string, service: Service): string | undefined =>
  Object.keys(fleet).find((server) => fleet[server]?.images[service][tag] !== undefined);

/** Gives a release's images to servers that lack them, from those that have them. */
const spread = async (context: VerbContext, fleet: Fleet, tag: string, newcomers: readonly string[]): Promise<void> => {
  const lacked = lackedImages(context.inventory, fleet, tag, {});
  for (const server of newcomers) {
    const wanted = servicesOf(context.inventory, server).filter((service) => lacked.get(server)?.includes(service));
    for (const service of wanted) {
      const giver = giverOf(fleet, tag, service);
      if (giver === undefined) {
        const sentence = `No server has an image ${service}:${tag} that ${server} could get`;
        throw new VerbError(`${sentence}: npx nx deploy infra -- --release ${tag}`);
      }
      await context.report.step(server, `copy ${service}:${tag} from ${giver}`, () =>
        copyImages(context, giver, server, tag, [service]),
      );
    }
  }
};

/** What servers of web and app have; of those that must not be touched only what they say by themselves. */
const readAround = async ({ inventory, servers }: VerbContext, among: readonly string[]): Promise<Fleet> => {
  const each = releaseServers(inventory).map((name) => {
    const read = readFleet(servers, [name]);
    return among.includes(name) ? read : read.catch((): Fleet => ({}));
  });
  return Object.assign({}, ...(await Promise.all(each))) as Fleet;
};

/**
 * Makes new servers, and those whose disk was replaced, run the release that the others run. Nothing happens before a first deploy, nor on
 * servers that remember the release: what a deploy left half-way is for the next deploy or rollback.
 * @param among the servers that may be touched
 * @throws VerbError when an instance does not get ready
 */
export const bringRelease = async (
  context: VerbContext,
  among: readonly string[],
  assertHeld: () => void,
): Promise<void> => {
  const { inventory } = context;
  const before = await readAround(context, among);
  const tag = currentRelease(before);
  if (tag === undefined) return;
  const newcomers = Object.keys(before).filter(
    (name) => among.includes(name) && before[name]?.releases?.current !== tag,
  );
  if (newcomers.length === 0) return;
  const previous = previousRelease(before);
  await spread(context, before, tag, newcomers);
  // For a rollback; where nobody has it any more there is none.
  if (previous !== undefined && giverOf(before, previous, 'app')) await spread(context, before, previous, newcomers);
  await placeAssets(context, tag, newcomers);
  const fleet = await readAround(context, among);
  const { steps, ...plan } = planRelease(inventory, fleet, tag, ['app', 'web']);
  const own = steps.map(({ tier, instances }) => ({
    tier,
    instances: instances.filter(({ server }) => newcomers.includes(server)),
  }));
  await roll(context, fleet, { ...plan, steps: own }, false, assertHeld);
  assertHeld();
  await complete(context, tag, previous ?? null, newcomers);
};
