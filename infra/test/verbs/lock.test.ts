import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exitCodes, VerbError } from '../../verbs/support/exit-codes.ts';
import { type Lock, takeLock } from '../../verbs/support/lock.ts';
import { fakeServers } from '../support/fake-servers.ts';

// Servers are folders of this machine; what runs "on" them is the very text that runs on real ones, with bash and flock.

const names = ['s1', 's2', 's3'];
const holder = fileURLToPath(new URL('../support/lock-holder.ts', import.meta.url));

suite('the lock of the servers', { timeout: 180_000 }, () => {
  let folder = '';
  let children: ChildProcessWithoutNullStreams[] = [];
  const locks: Lock[] = [];
  const take = async (verb = 'evacuate s1'): Promise<Lock> => {
    const lock = await takeLock(fakeServers(folder, names), verb);
    locks.push(lock);
    return lock;
  };
  const setDown = (server: string, isDown = true): void => {
    mkdirSync(join(folder, server), { recursive: true });
    if (isDown) writeFileSync(join(folder, server, 'down'), '');
    else rmSync(join(folder, server, 'down'));
  };
  const refused = async (): Promise<VerbError> => {
    const lock = await take().catch((error: unknown) => error);
    assert.ok(lock instanceof VerbError, 'the lock was given');
    return lock;
  };
  /** Another process that holds it. */
  const startHolder = async () => {
    const child = spawn(process.execPath, [holder, folder, ...names]);
    children.push(child);
    child.stderr.pipe(process.stderr);
    assert.equal(String(await once(child.stdout, 'data')), 'held\n');
    return child;
  };
  /** The lock as soon as it is given; the test's own limit ends what never is. */
  const takeSoon = async (): Promise<Lock> => {
    for (;;) {
      try {
        return await take();
      } catch (error) {
        assert.equal((error as VerbError).code, exitCodes.locked);
        await sleep(200);
      }
    }
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scale-up-lock-'));
    children = [];
  });
  afterEach(async () => {
    // One that a failed test holds would keep this process alive.
    await Promise.all(locks.splice(0).map(({ release }) => release()));
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('is taken on every server, with who holds it, and given back', async () => {
    const lock = await take();
    lock.assertHeld();
    for (const name of names) {
      const { who, verb, since } = JSON.parse(readFileSync(join(folder, name, 'run/scale-up/lock'), 'utf8'));
      assert.deepEqual([who, verb], [`${userInfo().username}@${hostname()}`, 'evacuate s1']);
      assert.ok(Math.abs(Date.now() - Date.parse(since)) < 120_000);
    }
    await lock.release();
    const next = await take();
    await next.release();
  });

  test('stands in every server’s journal: who began which verb, and that it ended', async () => {
    // There is no journal here: what would be told to it is told to a file.
    const log = join(folder, 'journal');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/logger'), `#!/bin/sh\necho "$*" >>${log}\n`, { mode: 0o755 });
    await (await take('deploy')).release();
    const me = `${userInfo().username}@${hostname()}`;
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').toSorted();
    const each = (word: string) => names.map(() => `--tag scale-up-verb -- ${me} ${word} deploy`);
    assert.deepEqual(lines, [...each('begins'), ...each('ends')]);
  });

  test('is refused while another verb has it, naming who, which verb and since when; code 75', async () => {
    await startHolder();
    const { message, code } = await refused();
    assert.match(
      message,
      /^The servers are locked: \S+@\S+ runs deploy since \d{4}-[\d:.T-]+Z\. Try again when it is done\.$/,
    );
    assert.equal(code, exitCodes.locked);
  });

  test('of two that start in the same moment is given to one', async () => {
    for (let round = 0; round < 3; round++) {
      const outcomes = await Promise.allSettled([take('deploy'), take('reboot s2')]);
      const given = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      assert.equal(given.length, 1);
      for (const { value } of given) await value.release();
    }
  });

  test('that a killed verb held is free at once, since its connections ended with it', async () => {
    const child = await startHolder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await takeSoon();
    lock.assertHeld();
    await lock.release();
  });

  test('of a holder that falls silent is free after 15 s, and when it wakes up it does nothing more', async () => {
    const child = await startHolder();
    child.kill('SIGSTOP');
    assert.equal((await refused()).code, exitCodes.locked);
    const lock = await takeSoon();
    child.kill('SIGCONT');
    child.stdin.write('\n');
    const said = String(await once(child.stdout, 'data'));
    assert.match(
      said,
      /^The lock is lost: only \d of 3 servers still hear from here\. Nothing more was done; run deploy again\.\n$/,
    );
    lock.assertHeld();
    await lock.release();
  });

  test('is given while one of three servers is down', async () => {
    setDown('s1');
    const lock = await take();
    lock.assertHeld();
    assert.equal((await refused()).code, exitCodes.locked);
    await lock.release();
  });

  test('is not given when two of three are down: somebody else may reach those; code 69', async () => {
    setDown('s1');
    setDown('s3');
    const { message, code } = await refused();
    assert.equal(message, 'Only 1 of 3 servers answer: a majority must, so that no two verbs work at once.');
    assert.equal(code, exitCodes.unavailable);
  });

  test('is taken again on a server that was down while it is held', async () => {
    setDown('s2');
    const lock = await take();
    setDown('s2', false);
    const file = join(folder, 's2/run/scale-up/lock');
    const isThere = (): boolean => {
      try {
        return readFileSync(file, 'utf8') !== '';
      } catch {
        return false;
      }
    };
    while (!isThere()) await sleep(100);
    await lock.release();
    assert.equal(isThere(), false);
  });

  test('leaves nothing of what a refused verb took', async () => {
    const child = await startHolder();
    await refused();
    child.stdin.write('\n');
    assert.equal(String(await once(child.stdout, 'data')), 'still held\n');
    await once(child, 'exit');
    const lock = await take();
    await lock.release();
  });
});
