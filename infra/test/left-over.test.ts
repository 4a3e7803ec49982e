import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { endLeftOvers, rememberProcesses } from '../local/left-over.ts';

const folder = mkdtempSync(join(tmpdir(), 'scale-up-left-over-'));
const file = join(folder, 'processes.json');
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});
beforeEach(() => rmSync(file, { force: true }));

/** A process in a group of its own, which tells by its exit code which signal ended it. */
const spawnChild = async (onSignal = 'process.exit'): Promise<ChildProcess & { readonly pid: number }> => {
  const code = `for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => ${onSignal}(name === 'SIGINT' ? 2 : 15));
    setInterval(() => {}, 1e6); console.log('up');`;
  const child = spawn(process.execPath, ['-e', code], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  if (child.stdout) await once(child.stdout, 'data');
  return child as ChildProcess & { readonly pid: number };
};

test('what a killed run left behind is ended, each in its own way, and named', async () => {
  const [postgres, app] = [await spawnChild(), await spawnChild()];
  const remembered = rememberProcesses(file);
  remembered.add('PostgreSQL', postgres.pid);
  remembered.add('app', app.pid);
  assert.deepEqual(await endLeftOvers(file), ['PostgreSQL', 'app']);
  assert.deepEqual([postgres.exitCode, app.exitCode], [2, 15]);
  assert.equal(existsSync(file), false);
});

test('a process that has been given the id of one on record is left alone', async () => {
  const stranger = await spawnChild();
  rememberProcesses(file).add('app', stranger.pid);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"startedAt":"\d+"/, '"startedAt":"1"'));
  assert.deepEqual(await endLeftOvers(file), []);
  assert.equal(stranger.exitCode, null);
});

test('one that has gone already is not named', async () => {
  const gone = await spawnChild();
  rememberProcesses(file).add('app', gone.pid);
  gone.kill('SIGKILL');
  await once(gone, 'exit');
  assert.deepEqual(await endLeftOvers(file), []);
});

test('without a record, with half a one and after an ordered end there is nothing to do', async () => {
  assert.deepEqual(await endLeftOvers(file), []);
  writeFileSync(file, '[{"name":"app","pi');
  assert.deepEqual(await endLeftOvers(file), []);
  const remembered = rememberProcesses(file);
  remembered.add('app', process.pid);
  remembered.clear();
  assert.deepEqual(await endLeftOvers(file), []);
});

test('a supervisor that still runs is told alone, and given the time to end the others in order', async () => {
  const [supervisor, app] = [await spawnChild(), await spawnChild()];
  const remembered = rememberProcesses(file);
  remembered.add('supervisor', supervisor.pid);
  remembered.add('app', app.pid);
  const ending = endLeftOvers(file);
  await once(supervisor, 'exit');
  assert.equal(app.exitCode, null);
  app.kill('SIGINT');
  assert.deepEqual(await ending, ['supervisor', 'app']);
  assert.equal(app.exitCode, 2);
});

test('one that does not end by itself is killed after 5 s', async () => {
  const stubborn = await spawnChild('String');
  rememberProcesses(file).add('app', stubborn.pid);
  const start = performance.now();
  await Promise.all([endLeftOvers(file), once(stubborn, 'exit')]);
  const seconds = (performance.now() - start) / 1000;
  assert.equal(stubborn.signalCode, 'SIGKILL');
  assert.ok(seconds > 4 && seconds < 7, `took ${seconds.toFixed(1)} s`);
});
