import { knownInstances } from '../../inventory/cores.ts';
import { groupsOf } from '../../inventory/read.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { type Service, services, type Tier, tiers } from '../../images/services.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { script } from '../support/ssh.ts';

/** What a server remembers of deploys that were completed; `null`: none yet. */
export type Releases = { readonly current: string | null; readonly previous: string | null };

/** One process of web or app. */
export type Instance = { readonly server: string; readonly tier: Tier; readonly number: number };

/** How systemd and Podman call an instance: `web@1`, `web-1`. */
export const unitOf = ({ tier, number }: Instance): string => `${tier}@${number}`;
export const containerOf = ({ tier, number }: Instance): string => `${tier}-${number}`;
/** How the balancers call it. */
export const balancedName = ({ server, number }: Instance): string => `${server}-${number}`;
/** How an operator calls it. */
export const spoken = ({ server, tier, number }: Instance): string => `${tier} ${number} on ${server}`;

/** What a server has of releases. */
export type ServerReleases = {
  /** Undefined before its first deploy. */
  readonly releases: Releases | undefined;
  /** Ids of its images by service and tag: `images.web['4f3a…']`. */
  readonly images: Readonly<Record<Service, Readonly<Record<string, string>>>>;
  /** The image of each container that runs: `running['web-1']`. */
  readonly running: Readonly<Record<string, string>>;
};

/** All servers of web and app; the truth is theirs, so whoever starts again after a kill sees what was done. */
export type Fleet = Readonly<Record<string, ServerReleases>>;

const look = `
echo "releases $(cat /var/lib/scale-up/releases.json 2>/dev/null || true)"
podman images --no-trunc --filter 'reference=localhost/scale-up/*' --format 'image {{.Repository}} {{.Tag}} {{.ID}}'
podman ps --no-trunc --format 'running {{.Names}} {{.ImageID}}'
`;

/** Reads what a server answered. */
export const parseReleases = (text: string): ServerReleases => {
  const images: Record<Service, Record<string, string>> = { web: {}, app: {}, 'db-migrator': {} };
  const running: Record<string, string> = {};
  let releases: Releases | undefined;
  for (const line of text.split('\n')) {
    const [kind, first = '', second = '', third = ''] = line.split(' ');
    if (kind === 'releases' && first !== '') releases = JSON.parse(line.slice('releases '.length)) as Releases;
    const service = services.find((name) => first === `localhost/scale-up/${name}`);
    if (kind === 'image' && service) images[service][second] = third.replace('sha256:', '');
    if (kind === 'running') running[first] = second;
  }
  return { releases, images, running };
};

/** The servers that run web or app. */
export const releaseServers = ({ groups, servers }: Inventory): string[] =>
  Object.keys(servers).filter((name) => groups.web.includes(name) || groups.app.includes(name));

/** The images that a server needs; the schema is migrated from servers of app. */
export const servicesOf = (inventory: Inventory, server: string): Service[] => {
  const groups = groupsOf(inventory, server);
  return services.filter((service) => groups.includes(service === 'db-migrator' ? 'app' : service));
};

/**
 * The instances of a tier, server by server.
 * @param tier web or app
 */
export const instancesOf = (inventory: Inventory, tier: Tier): Instance[] => {
  const counts = knownInstances(inventory);
  return inventory.groups[tier].flatMap((server) =>
    Array.from({ length: counts(server)[tier] }, (_, index) => ({ server, tier, number: index + 1 })),
  );
};

/** Every instance of a server. */
export const instancesOn = (inventory: Inventory, server: string): Instance[] =>
  tiers.flatMap((tier) => instancesOf(inventory, tier).filter((instance) => instance.server === server));

/**
 * Asks servers which releases they have and run.
 * @throws VerbError naming those that do not answer
 */
export const readFleet = async (servers: Servers, names: readonly string[]): Promise<Fleet> => {
  const answers = await servers.askAll(names, script(look));
  const faults = Object.entries(answers)
    .filter(([, { code }]) => code !== 0)
    .map(
      ([name, { stderr }]) => `${name} does not say which releases it has: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  if (faults.length > 0) throw new VerbError(faults.join('\n'), exitCodes.unavailable);
  return Object.fromEntries(Object.entries(answers).map(([name, { stdout }]) => [name, parseReleases(stdout)]));
};

/** Whether an instance runs a release, by its image's id. */
export const runs = (fleet: Fleet, instance: Instance, tag: string): boolean => {
  const { images, running } = fleet[instance.server] ?? {};
  const wanted = images?.[instance.tier][tag];
  return wanted !== undefined && running?.[containerOf(instance)] === wanted;
};
