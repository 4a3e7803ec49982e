import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('./ticks.ts', import.meta.url));

/** Without coverage, for which V8 counts every call, at more than the shape costs. Empty, not absent: Node hands it on to a program that has none. */
const env = { ...process.env, NODE_V8_COVERAGE: '' };

const microseconds = async (way: 'keep' | 'lose'): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, way], {
    env,
    timeout: 30_000,
  });
  return Number(stdout);
};

test('a tick is at least twice as fast where its shape was kept; where it is not, Node no longer forgets it and this can go', async () => {
  // By turns, and of each the best: a machine that is busy makes one dearer, never cheaper.
  let [keep, lose] = [Infinity, Infinity];
  for (let round = 0; round < 5; round += 1) {
    keep = Math.min(keep, await microseconds('keep'));
    lose = Math.min(lose, await microseconds('lose'));
  }
  assert.ok(keep > 0 && lose > 2 * keep, `${keep.toFixed(3)} µs with it, ${lose.toFixed(3)} µs without`);
});
