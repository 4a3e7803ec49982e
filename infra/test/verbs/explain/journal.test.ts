import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gather } from '../../../verbs/explain/gather.ts';
import { beginningOf, journalCommand, readingOf } from '../../../verbs/explain/journal.ts';
import { ofRequest } from '../../../verbs/explain/selections.ts';
import type { Answer } from '../../../verbs/support/servers.ts';
import { recorded, serversWith } from '../../support/journals.ts';

const period = { from: Date.parse('2026-11-26T16:40:16.25Z'), to: Date.parse('2026-11-26T16:40:19Z') };
const answer = (stdout: string, more: Partial<Answer> = {}): Answer => ({
  code: 0,
  stdout,
  stderr: '',
  isUnreachable: false,
  ...more,
});
const line = (fields: object): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: '1795711216665465', SYSLOG_IDENTIFIER: 'x', MESSAGE: 'm', ...fields });
const entriesOf = (...lines: string[]) => {
  const reading = readingOf('s1', answer(`${lines.join('\n')}\n\n0\n`), 1_000_000);
  assert.ok('entries' in reading, JSON.stringify(reading));
  return reading.entries;
};

suite('a question to a server’s journal', () => {
  test('is a value: its words go as arguments, and never into the text that a shell reads', () => {
    const { words, timeout } = journalCommand(
      period,
      { of: ['-u', 'haproxy'], grep: `'; rm -rf /` },
      { bytes: 100, time: 20 },
    );
    assert.deepEqual(words.slice(5), [
      'bash',
      '1795711216.250',
      '1795711219.000',
      '100',
      '20',
      '-u',
      'haproxy',
      `--grep='; rm -rf /`,
    ]);
    assert.doesNotMatch(words[4] ?? '', /haproxy|rm -rf/);
    assert.equal(timeout, 30_000);
  });

  test('about a request takes its id for what it is, and no pattern', () => {
    assert.equal(ofRequest('a.b-c:d_e').grep, String.raw`a\.b-c:d_e`);
  });
});

suite('what a journal answers', () => {
  test('is its lines, with the unit that systemd speaks of', () => {
    const text = line({
      _SYSTEMD_UNIT: 'init.scope',
      UNIT: 'app@1.service',
      SYSLOG_IDENTIFIER: 'systemd',
      MESSAGE: 'Started\n',
    });
    assert.deepEqual(entriesOf(text), [
      { at: 1795711216665.465, server: 's1', unit: 'app@1.service', identifier: 'systemd', text: 'Started' },
    ]);
  });

  test('may be bytes, or nothing', () => {
    assert.deepEqual(
      entriesOf(line({ MESSAGE: [...Buffer.from('grün \u001b[0m')] }), line({ MESSAGE: null })).map(({ text }) => text),
      ['grün \u001b[0m', ''],
    );
  });

  test('leaves out what HAProxy says a second time', () => {
    const twice = { SYSLOG_IDENTIFIER: 'haproxy', _SYSTEMD_UNIT: 'haproxy.service' };
    assert.equal(
      entriesOf(line({ ...twice, _TRANSPORT: 'syslog' }), line({ ...twice, _TRANSPORT: 'stdout' })).length,
      1,
    );
  });

  test('is nothing, where nothing matched, whatever ssh complains of', () => {
    const stderr = 'ControlSocket /tmp/x already exists, disabling multiplexing\n';
    assert.deepEqual(readingOf('s1', answer('\n1\n', { stderr }), 100), { entries: [], cut: undefined });
  });

  test('is a fault where journalctl fails, where the server does not answer, and where something else does', () => {
    const complaint = 'journalctl: Failed to open the journal: No such file';
    assert.deepEqual(readingOf('s1', answer('\n1\n', { stderr: `${complaint}\n` }), 100), { fault: complaint });
    const gone = { code: 255, isUnreachable: true, stderr: 'ssh: connect: No route to host\n' };
    assert.deepEqual(readingOf('s1', answer('', gone), 100), { fault: 'ssh: connect: No route to host' });
    assert.deepEqual(readingOf('s1', answer('Welcome!\n'), 100), { fault: 'exit code 0' });
  });

  test('says when the journal begins, or nothing', () => {
    assert.equal(beginningOf(answer(`${line({})}\n`)), 1795711216665.465);
    assert.deepEqual(beginningOf(answer('')), { fault: 'its journal is empty' });
    const gone = { code: 255, isUnreachable: true, stderr: 'ssh: connect: No route to host\n' };
    assert.deepEqual(beginningOf(answer('', gone)), { fault: 'ssh: connect: No route to host' });
  });
});

suite('what is more than is read', { timeout: 60_000 }, () => {
  test('is said, with the moment up to which it was read', async () => {
    const servers = serversWith(recorded('switch-over'));
    const { entries, cuts } = await gather(servers, ['s3'], period, [{ of: ['-u', 'patroni'] }], {
      bytes: 1_500,
      time: 20,
    });
    assert.ok(entries.length > 2 && entries.length < 10, `${entries.length}`);
    assert.equal(cuts.length, 1);
    assert.match(
      cuts[0] ?? '',
      /^s3: there is more than is read at once, what is after 16:40:1[67]\.\d{3} is missing in part\. Choose a shorter time\.$/,
    );
  });
});
