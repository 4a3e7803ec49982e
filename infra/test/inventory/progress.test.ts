import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { progress } from '../../inventory/progress.ts';

/** What an operator sees of what Ansible printed. */
const shown = (output: string) => {
  const lines: string[] = [];
  const run = progress((text) => lines.push(text));
  for (const line of output.split('\n')) run.line(line);
  run.end();
  return { lines, summary: run.summary() };
};

const recap = `
PLAY RECAP *********************************************************************
s1                         : ok=40   changed=2    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
s2                         : ok=12   changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0
s3                         : ok=12   changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0`;

suite('what an operator sees of a run of Ansible', () => {
  test('nothing, where nothing changes', () => {
    const { lines } = shown(
      `PLAY [Every server] ****\n\nTASK [base : Write the files] ****\nok: [s1]\nskipping: [s2]\n${recap}`,
    );
    assert.deepEqual(lines, []);
  });

  test('a task that changes something, with the servers on which it does', () => {
    const { lines } = shown(
      'TASK [haproxy : Load the configuration anew] ***\nok: [s3]\nchanged: [s1]\nchanged: [s2]\nTASK [x : y] ***',
    );
    assert.deepEqual(lines, ['  haproxy: Load the configuration anew', '    s1 s2']);
  });

  test('items that change on the same servers in one line; secret ones have no name', () => {
    const { lines } = shown(`TASK [base : Write the files] ***
changed: [s1] => (item=/etc/a)
changed: [s2] => (item=/etc/a)
changed: [s2] => (item=/etc/b)
changed: [s1] => (item=/etc/b)
changed: [s1] => (item=(censored due to no_log))
TASK [x : y] ***`);
    assert.deepEqual(lines, ['  base: Write the files', '    s1 s2: /etc/a /etc/b', '    s1: (secret)']);
  });

  test('a failure with what the program said, once', () => {
    const result = JSON.stringify({ changed: true, msg: 'non-zero return code', stderr: 'no space left', stdout: '' });
    const { lines } = shown(`TASK [etcd : Install etcd] ***
[ERROR]: Task failed: Module failed
Origin: /somewhere/main.yml:1:3
fatal: [s1]: FAILED! => ${result}
TASK [x : y] ***`);
    assert.deepEqual(lines, ['  etcd: Install etcd', '    s1 FAILED: non-zero return code\n      no space left']);
  });

  test('no word of a failure whose output is secret', () => {
    const result = JSON.stringify({
      censored: "the output has been hidden due to the fact that 'no_log: true' was specified",
    });
    const { lines } = shown(
      `TASK [patroni : Write the files] ***\nfailed: [s1] (item=(censored due to no_log)) => ${result}`,
    );
    assert.match(lines[1] ?? '', /^ {4}s1 FAILED .*: its output is secret$/);
  });

  test('a server that cannot be reached, and a failure that does not matter as one', () => {
    const { lines } = shown(`TASK [Gathering Facts] ***
fatal: [s2]: UNREACHABLE! => {"changed": false, "msg": "no route to host", "unreachable": true}
TASK [etcd : Look] ***
fatal: [s3]: UNREACHABLE! => {"msg": "Task failed: Mitogen was disconnected from the remote environment. Please file a bug.", "unreachable": true}
fatal: [s1]: FAILED! => {"msg": "not there"}
...ignoring`);
    assert.deepEqual(lines, [
      '  Gathering Facts',
      '    s2 FAILED unreachable: no route to host',
      '  etcd: Look',
      '    s3 FAILED unreachable: the connection to it broke off',
      '    s1 FAILED: not there',
      '    (as expected)',
    ]);
  });

  test('what a role has to say', () => {
    const { lines } = shown(
      'TASK [patroni : Say what waits for a restart] ***\nok: [s1] => {\n    "msg": "Some settings wait."\n}\nTASK [x : y] ***',
    );
    assert.deepEqual(lines, ['  patroni: Say what waits for a restart', '    Some settings wait.']);
  });

  test('in a trial run the lines that would change', () => {
    const { lines } = shown(
      'TASK [base : Write the files] ***\n--- before\n+++ after\n-old\n+new\n\nchanged: [s1] => (item=/etc/a)\nTASK [x : y] ***',
    );
    assert.deepEqual(lines, [
      '  base: Write the files',
      '    --- before',
      '    +++ after',
      '    -old',
      '    +new',
      '    s1: /etc/a',
    ]);
  });

  test('in the end how each server came off', () => {
    assert.deepEqual(shown(recap).summary, {
      s1: { changed: 2, failed: 0, isUnreachable: false },
      s2: { changed: 0, failed: 0, isUnreachable: true },
      s3: { changed: 0, failed: 1, isUnreachable: false },
    });
  });
});
