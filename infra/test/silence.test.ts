import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Outcome, resultsVariable, silenceVariable } from '../checks/reporter.ts';
import { askable } from '../checks/silence.ts';
import { startTime } from '../local/left-over.ts';

const reporter = fileURLToPath(new URL('../checks/reporter.ts', import.meta.url));

/** Test files, and what each does. */
const files = {
  'loops.test.ts': `import { test } from 'node:test';
    import { once } from 'node:events'; import { createServer } from 'node:net';
    test('loops', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      for (;;) Math.random();
    });`,
  'open.test.ts': `import { spawn } from 'node:child_process'; import { createServer } from 'node:net'; import { test } from 'node:test';
    test('passes, and leaves a server open', () => {
      createServer().listen(0, '127.0.0.1');
      const child = spawn('sleep', ['600']);
      console.log('started ' + child.pid);
    });`,
  'slow.test.ts': `import { test } from 'node:test'; import { setTimeout as sleep } from 'node:timers/promises';
    for (const name of ['one', 'two', 'three']) test(name, () => sleep(1_500));`,
};

test(
  'test files of which nothing is heard are ended, with what they started and what they waited for; those that are slow are not',
  { skip: process.platform !== 'linux' && 'processes are asked by way of /proc' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scale-up-silence-'));
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const results = join(folder, 'results.jsonl');
      const env = {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        NODE_OPTIONS: askable.join(' '),
        [resultsVariable]: results,
        [silenceVariable]: '3',
      };
      const args = [
        '--test',
        '--test-concurrency=1',
        `--test-reporter=${reporter}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stderr',
        '--test-reporter-destination=stdout',
        ...Object.keys(files),
      ];
      const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 1);
      const outcomes = readFileSync(results, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome);
      assert.deepEqual(
        outcomes.map(({ result, name, reason }) => [result, name.replace(/.*\//, ''), reason]),
        [
          ['failed', 'loops.test.ts', 'ended, because nothing was heard for 3 s: see above'],
          ['passed', 'passes, and leaves a server open', undefined],
          ['failed', 'open.test.ts', 'ended, because nothing was heard for 3 s: see above'],
          ['passed', 'one', undefined],
          ['passed', 'two', undefined],
          ['passed', 'three', undefined],
        ],
      );
      assert.match(output, /loops\.test\.ts: nothing was heard for 3 s, and its process \d+ still runs/);
      assert.match(
        output,
        /it takes [1-9]\d* % of a processor\n {2}it does not answer .*\n {2}it has a socket, port \d+ to 0: listening\n/,
      );
      assert.match(output, /its process \d+: sleep 600\n(?:.*\n)* {2}it holds a tcp: .*127\.0\.0\.1/);
      const [, started] = /started (\d+)/.exec(output) ?? [];
      assert.equal(startTime(Number(started)), undefined, 'what it started runs on');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
