import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../faults/postgres-server.ts';
import { seedOfRun } from '../traffic/random.ts';
import { lineOf, secondsUntil, startTrial, type Trial, underLoad } from '../faults/trial.ts';

const seed = seedOfRun();

for (const [fault, end, pause] of [
  ['killed', (primary: PostgresServer) => primary.kill(), 1_000],
  ['stopped in order', (primary: PostgresServer) => primary.stop(), 0],
] as const) {
  suite(`a primary with a synchronous standby is ${fault} (seed ${seed})`, () => {
    let trial: Trial;
    let standby: PostgresServer;
    before(async () => {
      trial = await startTrial(seed);
      const { postgres } = trial.site;
      standby = await postgres.follow('second');
      await postgres.script(`ALTER SYSTEM SET synchronous_standby_names = 'second'`);
      await postgres.script('SELECT pg_reload_conf()');
      const sync = `SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`;
      await secondsUntil(async () => (await postgres.script(sync)).length === 1, 10);
    });
    after(() => trial.stop());

    test('when the standby is promoted and the address leads there, no request fails, none waits longer than the outage and 1 s, and nothing is lost or doubled', async (t) => {
      const { site } = trial;
      const old = site.primary;
      const result = await underLoad(trial, async () => {
        const begun = performance.now();
        await end(old);
        await sleep(pause);
        await standby.promote();
        site.primary = standby;
        site.databaseRelay.cut();
        return (performance.now() - begun) / 1000;
      });
      t.diagnostic(lineOf(result));
      assert.deepEqual(result.failures, []);
      assert.deepEqual(result.violations, []);
      assert.ok(result.longest <= (result.outage + 1) * 1000, lineOf(result));
      assert.ok(result.held > 0, 'no request was held');
    });
  });
}
