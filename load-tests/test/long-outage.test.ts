import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seedOfRun } from '../traffic/random.ts';
import type { Answer } from '../traffic/shoppers.ts';
import { resultOf, secondsUntil, startTrial, type Trial } from '../faults/trial.ts';

const seed = seedOfRun();

/** Seconds: a short limit shows the same as the usual 30 s. */
const hold = 12;
const clients = 5_000;
const beyond = 200;

/** Milliseconds that an answer says its request was held. */
const heldBy = (answer: Answer | undefined): number =>
  Number(/held;dur=(\d+)/.exec([answer?.headers['server-timing']].flat().join(' '))?.[1] ?? 0);

/** Resident megabytes of a process (proc_pid_status(5)). */
const memoryOf = (pid: number): number => {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
};

suite(`PostgreSQL stays away longer than requests are held (seed ${seed})`, () => {
  let trial: Trial;
  before(async () => {
    trial = await startTrial(seed, { env: { HOLD_LIMIT_MS: String(hold * 1000), HELD_REQUESTS_MAX: String(clients) } });
  });
  after(() => trial.stop());

  const heldNow = async (): Promise<number> => {
    const text = await (await fetch(`${trial.site.apps[0]?.opsUrl}/metrics`)).text();
    return Number(/^db_client_held_requests\{[^}]*\} (\d+)/m.exec(text)?.[1]);
  };

  test(`${clients} clients wait and get 503 with Retry-After within 1 s of the limit, those beyond at once, in 300 MB each, and all goes on by itself afterwards`, async (t) => {
    const { site, client, people } = trial;
    const processes = [site.web, ...site.apps];
    await site.postgres.stop();
    const [token = ''] = people.tokens;
    const ask = () => client.send('article', { params: { slug: people.articles[0] ?? '' } }, { token });
    const waiting = Array.from({ length: clients }, ask);
    await secondsUntil(async () => (await heldNow()) === clients, hold);
    const memory = processes.map(({ pid }) => memoryOf(pid));
    const begun = performance.now();
    const refused = await Promise.all(Array.from({ length: beyond }, ask));
    const atOnce = performance.now() - begun;
    const answers = [...(await Promise.all(waiting)), ...refused];
    const { longest, ...rest } = trial.ledger.summary();
    trial.ledger.take();
    t.diagnostic(
      `${rest.sent} requests, all 503, longest ${longest} ms; refused within ${Math.round(atOnce)} ms; web ${memory[0]?.toFixed(0)} MB, app ${memory[1]?.toFixed(0)} MB`,
    );
    for (const answer of answers) {
      assert.equal(answer?.status, 503, answer?.text);
      assert.match(String(answer.headers['retry-after']), /^\d+$/);
      assert.equal(answer.headers['x-hold'], undefined);
    }
    // From when each had arrived; 5,000 connections take seconds to come in on two cores.
    const held = answers.map(heldBy);
    assert.equal(held.filter((milliseconds) => milliseconds > 0).length, clients);
    const longestHeld = Math.max(...held);
    assert.ok(longestHeld <= (hold + 1) * 1000, `${longestHeld} ms`);
    assert.ok(atOnce <= 2_000, `${beyond} refusals took ${Math.round(atOnce)} ms`);
    for (const megabytes of memory) assert.ok(megabytes <= 300, `${megabytes.toFixed(0)} MB`);

    // The same processes serve as soon as it is back.
    await site.postgres.start();
    const seconds = await secondsUntil(async () => (await ask())?.status === 200, 5);
    t.diagnostic(`served again ${seconds.toFixed(2)} s after PostgreSQL was back`);
    assert.equal(await heldNow(), 0);
    assert.ok(processes.every((one) => one.logs().every(({ level }) => level !== 'fatal')));
    await sleep(100);
    assert.deepEqual((await resultOf(trial, 0)).violations, []);
  });
});
