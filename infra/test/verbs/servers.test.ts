import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { exitCodes } from '../../verbs/support/exit-codes.ts';
import { inspectionOf } from '../../verbs/support/inspect.ts';
import { reportTo } from '../../verbs/support/report.ts';
import type { Answer } from '../../verbs/support/servers.ts';
import { connectionOptions, quoted, remote, script, sharedConnection, sshCommand } from '../../verbs/support/ssh.ts';
import { fakeServers } from '../support/fake-servers.ts';

const route = { id: 'net', prefix: [] };
const server = { address: '10.77.0.11', ssh: { user: 'root', port: 22 } };

suite('a command for a server', () => {
  test('reaches its shell as it was meant, whatever is in its words', () => {
    const words = ["it's", 'a b', '$HOME', '`id`', '"', '', '*', 'line\nbreak', '--x=1', 'ä', '\\'];
    const text = words.map(quoted).join(' ');
    const back = execFileSync('sh', ['-c', `for word in ${text}; do printf '%s|' "$word"; done`], { encoding: 'utf8' });
    assert.equal(back, words.map((word) => `${word}|`).join(''));
  });

  test('is ssh to root, without a password, with its words as one text', () => {
    const { command, args } = sshCommand(route, server, remote('systemctl', 'stop', 'web@1.service'));
    assert.equal(command, 'ssh');
    assert.deepEqual(args.slice(-2), ['root@10.77.0.11', 'systemctl stop web@1.service']);
    assert.ok(args.includes('BatchMode=yes') && !args.includes('-p'));
  });

  test('goes by sudo for another user, and to another port', () => {
    const { args } = sshCommand(route, { address: 'h', ssh: { user: 'admin', port: 2222 } }, remote('id'));
    assert.deepEqual(args.slice(-4), ['-p', '2222', 'admin@h', 'sudo -n -- id']);
  });

  test('goes through a lab, with the lab’s keys', () => {
    const lab = { id: 'lab', prefix: ['ip', 'netns', 'exec', 'lab-1'], sshConfig: '/lab/ssh_config' };
    const { command, args } = sshCommand(lab, server, remote('id'));
    assert.deepEqual([command, ...args.slice(0, 6)], ['ip', 'netns', 'exec', 'lab-1', 'ssh', '-F', '/lab/ssh_config']);
  });

  test('shares a connection only with commands to the same network', () => {
    const pathOf = (id: string) => sharedConnection({ id, prefix: [] }).find((word) => word.startsWith('ControlPath='));
    assert.notEqual(pathOf('one'), pathOf('two'));
    // The name of a socket has 104 characters at most; %C is 40 of them, and ssh adds 17 while it connects.
    assert.ok((pathOf('ansible-abcdef') ?? '').length + 38 + 17 - 'ControlPath='.length <= 104);
  });

  test('gives up a server that is not there after 10 s, or as soon as it wants', () => {
    assert.ok(connectionOptions(route).includes('ConnectTimeout=10'));
    const { args } = sshCommand(route, server, { ...remote('id'), connectTimeout: 3 });
    assert.ok(args.includes('ConnectTimeout=3'));
  });
});

// Servers are folders of this machine; see support/fake-ssh.ts.
suite('servers', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-servers-'));
  const servers = fakeServers(folder, ['s1', 's2', 's3']);
  before(() => {
    mkdirSync(join(folder, 's3'));
    writeFileSync(join(folder, 's3', 'down'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  test('answer with what a command printed, and its code', async () => {
    const { isUnreachable, ...answer } = await servers.ask('s1', script('echo "$1"; echo no >&2; exit 3', 'a b'));
    assert.deepEqual(answer, { code: 3, stdout: 'a b\n', stderr: 'no\n' });
    assert.equal(isUnreachable, false);
  });

  test('get secrets by their standard input', async () => {
    assert.equal(await servers.demand('s1', { ...remote('cat'), input: 'secret' }), 'secret');
  });

  test('are asked all at once, and one that is down answers too: that it is', async () => {
    const answers = await servers.askAll(servers.names, remote('true'));
    assert.deepEqual(
      Object.entries(answers).map(([name, { isUnreachable }]) => [name, isUnreachable]),
      [
        ['s1', false],
        ['s2', false],
        ['s3', true],
      ],
    );
  });

  test('stop a script at its first failure, also within a pipe', async () => {
    const { code, stdout } = await servers.ask('s1', script('false | true; echo went on'));
    assert.equal(code, 1);
    assert.equal(stdout, '');
  });

  test('that take too long count as unreachable: it is not known whether the command ran', async () => {
    const { isUnreachable, stderr } = await servers.ask('s1', { ...remote('sleep', '20'), timeout: 1_000 });
    assert.equal(isUnreachable, true);
    assert.equal(stderr, 'no answer within 1 s');
  });

  test('that fail to do what they must are told with the command and what it said; code 1', async () => {
    await assert.rejects(servers.demand('s2', remote('ls', '/no such folder')), (error: Error & { code: number }) => {
      assert.match(error.message, /^s2: "ls '\/no such folder'" failed \(exit code 2\):\n {2}ls: /);
      return error.code === exitCodes.failed;
    });
  });

  test('that are down are told as such; code 69', async () => {
    await assert.rejects(servers.demand('s3', remote('true')), {
      message: 's3 cannot be reached: ssh: connect: No route to host',
      code: exitCodes.unavailable,
    });
  });

  test('that there are not are refused; code 2', () => {
    assert.throws(() => servers.start('s9', remote('true')), {
      message: 'There is no server "s9" in fake.yml.',
      code: exitCodes.usage,
    });
  });
});

suite('a server before anything is done to it', () => {
  const answer = (stdout: string, more: Partial<Answer> = {}): Answer => ({
    code: 0,
    stdout,
    stderr: '',
    isUnreachable: false,
    ...more,
  });
  const unreachable = (stderr: string): Answer => answer('', { code: 255, stderr, isUnreachable: true });
  const cases: readonly (readonly [what: string, found: Answer, state: string, fault?: RegExp])[] = [
    ['is bare', answer('debian 13\npython3\n'), 'bare'],
    ['was provisioned', answer('debian 13\npython3\nthree-servers\n'), 'provisioned'],
    ['is an older Debian', answer('debian 12\npython3\n'), 'unusable', /^s1 is no Debian 13 but debian 12\.$/],
    ['has no Python', answer('debian 13\nnone\n'), 'unusable', /apt-get install python3 there\.$/],
    [
      'asks for a password for sudo',
      answer('', { code: 1, stderr: 'sudo: a password is required' }),
      'unusable',
      /^s1: commands fail there: sudo: a password is required$/,
    ],
    [
      'has an unknown host key',
      unreachable('Host key verification failed.'),
      'unreachable',
      /Connect by hand and compare it: ssh 10\.77\.0\.11$/,
    ],
    [
      'lets nobody in',
      unreachable('root@10.77.0.11: Permission denied (publickey).'),
      'unreachable',
      /authorized_keys\.$/,
    ],
    [
      'is not there',
      unreachable('ssh: connect to host 10.77.0.11 port 22: No route to host'),
      'unreachable',
      /^s1 \(10\.77\.0\.11\) does not answer: .*No route to host$/,
    ],
  ];
  for (const [what, found, state, fault] of cases) {
    test(what, () => {
      const inspection = inspectionOf('s1', '10.77.0.11', found);
      assert.equal(inspection.state, state);
      assert.match('fault' in inspection ? inspection.fault : '', fault ?? /^$/);
    });
  }
});

suite('a report', () => {
  test('says what it will do, does it step by step, and says what came of it', async () => {
    let text = '';
    const report = reportTo((line) => void (text += line));
    report.plan('deploy 4f3a', ['build', 'send']);
    await report.step('s1', 'replace app 1', async (say) => say('a word'));
    await report.step('', 'migrate', async () => 'up to date');
    report.done('Done.');
    const timeless = text.replaceAll(/\d+\.\d s/g, '0.0 s');
    assert.equal(
      timeless,
      `deploy 4f3a
  1. build
  2. send
→ s1: replace app 1
    a word
✓ s1: replace app 1 (0.0 s)
→ migrate
✓ migrate (0.0 s): up to date
Done.
`,
    );
  });

  test('shows a failure at its step and passes it on', async () => {
    let text = '';
    const failing = reportTo((line) => void (text += line)).step('s1', 'stop', () => Promise.reject(new Error('no')));
    await assert.rejects(failing, /^Error: no$/);
    assert.match(text, /^→ s1: stop\n✗ s1: stop \(\d+\.\d s\)\n$/);
  });
});
