import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { type Remote, script } from '../support/ssh.ts';

/** A PostgreSQL of the cluster, as Patroni sees it. */
export type Member = {
  readonly name: string;
  /** "leader", or a kind of standby: "quorum_standby" counts for commits, "replica" does not (yet). */
  readonly role: string;
  /** "running" of a leader, "streaming" of a standby that follows; everything else is on its way, or ill. */
  readonly state: string;
  readonly timeline: number | undefined;
  /** Bytes of WAL that it does not have yet. */
  readonly lag: number | undefined;
};

export type Cluster = { readonly members: readonly Member[] };

type Written = {
  readonly members: readonly (Omit<Member, 'timeline' | 'lag'> & {
    readonly timeline?: number | string;
    readonly lag?: number | string;
  })[];
};

/** Patroni writes "unknown" where it has no number. */
const numberOf = (value: number | string | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** Patroni's answer to `GET /cluster`. */
export const parseCluster = (text: string): Cluster => ({
  members: (JSON.parse(text) as Written).members.map(({ name, role, state, timeline, lag }) => ({
    name,
    role,
    state,
    timeline: numberOf(timeline),
    lag: numberOf(lag),
  })),
});

/** The primary's member, if there is a primary. */
export const leaderOf = ({ members }: Cluster): Member | undefined => members.find(({ role }) => role === 'leader');

/** Whether a member does what it is for: serves as primary, or follows it on its timeline. */
export const isWell = (cluster: Cluster, name: string): boolean => {
  const member = cluster.members.find((each) => each.name === name);
  if (member?.role === 'leader') return member.state === 'running';
  return member?.state === 'streaming' && member.timeline === leaderOf(cluster)?.timeline;
};

/** Asks a server's Patroni about the cluster. */
export const askCluster = (address: string): Remote => ({
  ...script('curl --silent --fail --max-time 3 --cacert /etc/scale-up/pki/ca.pem "https://$1:8008/cluster"', address),
  timeout: 8_000,
});

/**
 * The cluster as the first of the database servers sees it that answers and knows of a primary, else as any sees it.
 * @throws VerbError when none answers
 */
export const readCluster = async (
  servers: Pick<Servers, 'ask'>,
  database: readonly (readonly [name: string, address: string])[],
): Promise<Cluster> => {
  const answers = await Promise.all(database.map(([name, address]) => servers.ask(name, askCluster(address))));
  const seen = answers.filter(({ code }) => code === 0).map(({ stdout }) => parseCluster(stdout));
  const cluster = seen.find((each) => leaderOf(each)) ?? seen[0];
  if (cluster) return cluster;
  const names = database.map(([name]) => name).join(', ');
  throw new VerbError(`No Patroni answers on ${names}: systemctl status patroni there.`, exitCodes.unavailable);
};
