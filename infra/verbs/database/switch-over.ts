import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory } from '../../inventory/schema.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Report } from '../support/report.ts';
import type { Servers } from '../support/servers.ts';
import { type Remote, script } from '../support/ssh.ts';
import { type Cluster, isWell, leaderOf, readCluster } from './cluster.ts';

/** In milliseconds. */
const limits = {
  /** A checkpoint of a busy server's cache; the one that the switch-over itself makes is short then. */
  checkpoint: 120_000,
  /** Patroni takes a preference over in its next round, a second; a busy server needs two. */
  preference: 10_000,
  /** It takes 0.6 s; past this, Patroni's own rules have decided who is primary. */
  promotion: 20_000,
  /** The old primary waits 2 s, starts and follows: 5 s. */
  whole: 60_000,
};

const preference = '/etc/patroni/config.d/90-preferred.yml';

/** A member's priority in the choice of a primary, beside what `provision` wrote; the usual one is 1. */
export const prefer = (): Remote =>
  script(`printf 'tags:\\n  failover_priority: 2\\n' >"$1" && chmod 0644 "$1" && systemctl reload patroni`, preference);

/** Takes it back, also one that a switch-over left which was killed. */
export const preferNoMore = (): Remote =>
  script('if [ -e "$1" ]; then rm "$1"; systemctl reload patroni; fi', preference);

const checkpoint = (): Remote => ({
  ...script('runuser -u postgres -- psql --no-psqlrc --quiet --command=CHECKPOINT'),
  timeout: limits.checkpoint,
});

/** Waits until Patroni itself says that it is preferred, since that is what the others will read. */
const untilPreferred = (address: string): Remote => ({
  ...script(
    `for tenth in $(seq "$2"); do
  curl --silent --max-time 2 --cacert /etc/scale-up/pki/ca.pem "https://$1:8008/patroni" | jq --exit-status '.tags.failover_priority == 2' >/dev/null && exit 0
  sleep 0.1
done
echo "Patroni does not take over its preference." >&2; exit 1`,
    address,
    String(limits.preference / 100),
  ),
});

/**
 * Asks Patroni for it, on the primary. The sign tells the role's before-stop script that this is on purpose; what Patroni
 * answers is of use only if nothing happens, because its request is gone before it looks for the outcome.
 */
export const request = (from: string, to: string): Remote =>
  script(
    `mkdir -p /run/scale-up && touch /run/scale-up/switchover
nice -n 10 patronictl -c /etc/patroni/config.yml switchover --force --leader "$1" --candidate "$2" 2>&1 || true
rm -f /run/scale-up/switchover`,
    from,
    to,
  );

/**
 * In one connection, which outlives the promotion: to begin a program again and again would slow down what it waits for. A standby may end the
 * connection when rows that it could see are gone on the primary; then it takes another.
 */
const untilPrimary = (): Remote =>
  script(
    `end=$((SECONDS + $1))
while [ "$SECONDS" -lt "$end" ]; do
  runuser -u postgres -- psql --no-psqlrc --quiet --command="DO 'BEGIN
    FOR twentieth IN 1..20 * $1 LOOP
      IF NOT pg_is_in_recovery() THEN RETURN; END IF;
      PERFORM pg_sleep(0.05);
    END LOOP;
    RAISE ''it is still a standby'';
  END'" 2>/dev/null && exit 0
  sleep 0.1
done
exit 1`,
    String(limits.promotion / 1_000),
  );

/** The database servers of an inventory, as `readCluster` wants them. */
export const databaseOf = ({ groups, servers }: Inventory): (readonly [string, string])[] =>
  groups.database.map((name) => [name, servers[name]?.address ?? '']);

/** Waits until every member does what it is for. */
export const untilWhole = async (servers: Servers, inventory: Inventory, signal?: AbortSignal): Promise<Cluster> => {
  const deadline = Date.now() + limits.whole;
  for (;;) {
    const cluster = await readCluster(servers, databaseOf(inventory));
    const ill = inventory.groups.database.filter((name) => !isWell(cluster, name));
    if (ill.length === 0) return cluster;
    if (signal?.aborted) throw signal.reason;
    if (Date.now() > deadline)
      throw new VerbError(`${ill.join(' and ')} does not follow the primary: patronictl list there says more.`);
    await sleep(500);
  }
};

/**
 * Makes a standby the primary. Nothing that was acknowledged is lost; for less than a second nothing can be read or written.
 * Safe to run again after it was killed: what it leaves behind is a preference, which the next one takes away.
 */
export const switchOver = async (
  { servers, inventory, report }: { readonly servers: Servers; readonly inventory: Inventory; readonly report: Report },
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> => {
  const others = inventory.groups.database.filter((name) => name !== to);
  const address = inventory.servers[to]?.address ?? '';
  try {
    await report.step(to, 'make it the preferred standby, and have all written to disk', async () => {
      await Promise.all([
        servers.demand(to, prefer()).then(() => servers.demand(to, untilPreferred(address))),
        ...others.map((name) => servers.demand(name, preferNoMore())),
        servers.demand(to, checkpoint()),
        servers.demand(from, checkpoint()),
      ]);
    });
    const said = servers.ask(from, request(from, to));
    await report.step(from, `hand over to ${to}`, async () => {
      if ((await servers.ask(to, untilPrimary())).code === 0) return;
      const primary = leaderOf(await readCluster(servers, databaseOf(inventory)))?.name;
      const state = primary === undefined ? 'there is no primary' : `${primary} is the primary`;
      throw new VerbError(
        `${to} did not become the primary; ${state}. Patroni says: ${(await said).stdout.trim().split('\n').at(-1)}`,
        primary === undefined ? exitCodes.unavailable : exitCodes.failed,
      );
    });
    await said;
  } finally {
    await servers.ask(to, preferNoMore());
  }
  await report.step(from, 'wait until it is a standby, and all follow', async () => {
    await untilWhole(servers, inventory);
  });
};
