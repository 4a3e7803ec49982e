import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { script } from '@scale-up/infra/verbs/support/ssh.ts';
import type { ServersSite } from '../../servers/servers-site.ts';

/** The server that measures all of them: one that holds no VIP. */
const measurer = 's3';

/** The change of an inventory after which everything shows its figures, and they are judged. */
export const withFigures = (shipped: string): string => `${shipped}\nobservability: { servers: [${measurer}] }\n`;

/** Seconds until everything was asked once after a deploy: twice as long as between two looks. */
const limit = 30;

/**
 * Seconds until a rule has seen that all is well: two rounds of them, each 30 s, and the look before. Until then a rule may be pending for what it
 * saw before the first release ran: its `for` is there so that nobody is called.
 */
const calmLimit = 75;

const jobs = ['app', 'etcd', 'haproxy', 'node', 'patroni', 'postgres', 'prometheus', 'valkey', 'web'];

type Target = {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
};
type Group = { readonly rules: readonly { readonly name: string; readonly health: string; readonly state?: string }[] };

/**
 * What Prometheus gets and makes of it, once a release runs.
 * @param siteOf the site, once it is there
 */
export const figureTests = (siteOf: () => ServersSite): void => {
  const ask = async <T>(path: string): Promise<T> => {
    const said = await siteOf().servers.demand(
      measurer,
      script('curl --silent --fail --max-time 5 "http://127.0.0.1:9095/api/v1/$1"', path),
    );
    return (JSON.parse(said) as { data: T }).data;
  };

  test('everything shows its figures to Prometheus, and no alert is raised', async () => {
    const end = Date.now() + limit * 1_000;
    for (;;) {
      const { activeTargets: targets } = await ask<{ activeTargets: Target[] }>('targets?state=active');
      const silent = targets.filter(({ health }) => health !== 'up');
      if (silent.length > 0 && Date.now() < end) {
        await sleep(1_000);
        continue;
      }
      assert.deepEqual(
        silent.map(({ labels, lastError }) => `${labels['job']} of ${labels['instance']}: ${lastError}`),
        [],
      );
      assert.deepEqual(
        [...new Set(targets.map(({ labels }) => labels['job'] ?? ''))].toSorted((a, b) => a.localeCompare(b)),
        jobs,
      );
      break;
    }
    const calmEnd = Date.now() + calmLimit * 1_000;
    for (;;) {
      const { groups } = await ask<{ groups: Group[] }>('rules');
      const rules = groups.flatMap((group) => group.rules);
      assert.ok(rules.length > 20, `${rules.length} rules`);
      const odd = rules.filter(({ health, state }) => !['ok', 'unknown'].includes(health) || state === 'firing');
      assert.deepEqual(odd, []);
      const open = rules.filter(({ health, state }) => health !== 'ok' || state === 'pending');
      if (open.length === 0) return;
      if (Date.now() > calmEnd) assert.deepEqual(open, []);
      await sleep(1_000);
    }
  });
};
