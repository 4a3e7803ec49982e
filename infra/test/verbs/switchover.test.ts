import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chooseCandidate } from '../../verbs/database/candidate.ts';
import { isWell, parseCluster, readCluster } from '../../verbs/database/cluster.ts';
import { prefer, request } from '../../verbs/database/switch-over.ts';
import type { Answer } from '../../verbs/support/servers.ts';
import type { Remote } from '../../verbs/support/ssh.ts';
import { clusterWith } from '../support/clusters.ts';

const names = ['s1', 's2', 's3'];
const megabyte = 1024 * 1024;

suite('the new primary', () => {
  test('is the first standby that can', () => {
    assert.deepEqual(chooseCandidate(clusterWith(), names), { from: 's1', to: 's2' });
  });

  test('is the wanted one', () => {
    assert.deepEqual(chooseCandidate(clusterWith(), names, 's3'), { from: 's1', to: 's3' });
  });

  test('is another when the first is far behind, or not allowed', () => {
    assert.deepEqual(chooseCandidate(clusterWith({ s2: { lag: 17 * megabyte } }), names), { from: 's1', to: 's3' });
    assert.deepEqual(
      chooseCandidate(clusterWith(), names, undefined, (name) => name !== 's2'),
      { from: 's1', to: 's3' },
    );
  });

  test('is the old one when that is wanted: there is nothing to do', () => {
    assert.deepEqual(chooseCandidate(clusterWith(), names, 's1'), { isDone: true, primary: 's1' });
  });

  const refusals: readonly (readonly [what: string, fault: RegExp, ...given: Parameters<typeof chooseCandidate>])[] = [
    ['there is no primary', /^The database has no primary/, clusterWith({ s1: { role: 'replica' } }), names],
    ['the wanted one is no database', /^s9 is no database server; those are s1, s2, s3\.$/, clusterWith(), names, 's9'],
    ['there is one database', /^The database has only s1/, { members: clusterWith().members.slice(0, 1) }, ['s1']],
    [
      'another standby is away, for then nobody would acknowledge a commit for a while',
      /^s3 does not follow the primary, so a switch-over would stop all writes/,
      clusterWith({ s3: { state: 'stopped' } }),
      names,
      's2',
    ],
    [
      'the wanted one is far behind',
      /^s2 is more than 16 MB behind the primary/,
      clusterWith({ s2: { lag: 20 * megabyte } }),
      names,
      's2',
    ],
    [
      'all are far behind',
      /^Every standby is more than 16 MB behind/,
      clusterWith({ s2: { lag: 20 * megabyte }, s3: { lag: 20 * megabyte } }),
      names,
    ],
  ];
  for (const [what, fault, ...given] of refusals) {
    test(`is not chosen when ${what}`, () => {
      const choice = chooseCandidate(...given);
      assert.ok('fault' in choice);
      assert.match(choice.fault, fault);
    });
  }
});

suite('the cluster', () => {
  test('is read from Patroni’s answer, which writes "unknown" where it has no number', () => {
    const text = JSON.stringify({
      members: [
        {
          name: 's1',
          role: 'leader',
          state: 'running',
          timeline: 3,
          host: '10.77.0.11',
          api_url: 'https://10.77.0.11:8008/patroni',
        },
        { name: 's2', role: 'quorum_standby', state: 'streaming', timeline: 3, lag: 0 },
        { name: 's3', role: 'replica', state: 'starting', timeline: 'unknown', lag: 'unknown' },
      ],
      scope: 'scale-up',
    });
    assert.deepEqual(
      parseCluster(text).members.map(({ name, timeline, lag }) => [name, timeline, lag]),
      [
        ['s1', 3, undefined],
        ['s2', 3, 0],
        ['s3', undefined, undefined],
      ],
    );
  });

  test('is well of who serves or follows, on the primary’s timeline', () => {
    assert.equal(isWell(clusterWith(), 's1'), true);
    assert.equal(isWell(clusterWith(), 's2'), true);
    assert.equal(isWell(clusterWith({ s2: { timeline: 2 } }), 's2'), false);
    assert.equal(isWell(clusterWith({ s2: { state: 'starting' } }), 's2'), false);
    assert.equal(isWell(clusterWith({ s1: { state: 'stopping' } }), 's1'), false);
    assert.equal(isWell(clusterWith(), 's9'), false);
  });

  const answer = (stdout: string, code = 0): Answer => ({ code, stdout, stderr: '', isUnreachable: code === 255 });
  const asking = (answers: Readonly<Record<string, Answer>>) => ({
    ask: async (server: string, _command: Remote) => answers[server] ?? answer('', 255),
  });
  const database = names.map((name): [string, string] => [name, `address of ${name}`]);

  test('is taken from whoever knows of a primary, since one that is cut off does not', async () => {
    const lost = JSON.stringify(clusterWith({ s1: { role: 'replica' } }));
    const servers = asking({ s1: answer(lost), s3: answer(JSON.stringify(clusterWith())) });
    assert.deepEqual(await readCluster(servers, database), parseCluster(JSON.stringify(clusterWith())));
  });

  test('of which nobody answers is told with code 69', async () => {
    await assert.rejects(readCluster(asking({ s1: answer('', 22) }), database), {
      message: 'No Patroni answers on s1, s2, s3: systemctl status patroni there.',
      code: 69,
    });
  });
});

suite('commands of a switch-over', () => {
  test('name the servers beside the script, and leave a sign that it is on purpose', () => {
    const { words } = request('s1', 's2');
    assert.deepEqual(words.slice(-2), ['s1', 's2']);
    assert.match(
      words[4] ?? '',
      /touch \/run\/scale-up\/switchover\n[^\n]*patronictl .* --leader "\$1" --candidate "\$2"/,
    );
  });

  test('write a preference into a file of its own, which provision does not own', () => {
    assert.equal(prefer().words.at(-1), '/etc/patroni/config.d/90-preferred.yml');
  });
});
