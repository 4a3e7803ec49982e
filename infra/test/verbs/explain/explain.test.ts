import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { explainPeriod } from '../../../verbs/explain/explain-period.ts';
import { explainRequest } from '../../../verbs/explain/explain-request.ts';
import { screen } from '../../../verbs/explain/screen.ts';
import { exitCodes } from '../../../verbs/support/exit-codes.ts';
import { threeServers } from '../../support/inventories.ts';
import { recorded, serversWith } from '../../support/journals.ts';

// A switch-over of the lab from s3 to s1, as the three journals had it; stacks and what was said a hundred times are shortened. The command that is run
// "on" the servers is the very one that runs on real ones.

const inventory = threeServers();
const id = 'febfab6f-adde-43ac-9084-8218a5bcaf1e';
const period = { from: Date.parse('2026-11-26T16:30:00Z'), to: Date.parse('2026-11-26T16:45:00Z') };
const during = { from: Date.parse('2026-11-26T16:40:16Z'), to: Date.parse('2026-11-26T16:40:20Z') };

suite('a request that was held through a switch-over', { timeout: 120_000 }, () => {
  const ask = (down: readonly string[] = []) =>
    explainRequest(inventory, serversWith(recorded('switch-over'), down), id, period);

  test('is told in two sentences: how long it was held, by whom, for what, and what the servers did meanwhile', async () => {
    const { story, traceId, missing } = await ask();
    assert.deepEqual(story, [
      'POST /api/orders was answered 201 after 1.33 s, of which 1.18 s held by app 1 on s3, which waited for a primary that takes writes.',
      'On the servers: s3 stopped being the primary (a switch-over) at 16:40:16.951; app 1 on s3 found the database away at 16:40:17.170; ' +
        's1 was promoted to primary at 16:40:17.751.',
    ]);
    assert.equal(traceId, '0affda443af1370c4d0889e7ac4f5ea6');
    assert.deepEqual(
      missing,
      ['s1', 's2', 's3'].map((name) => missing.find((text) => text.startsWith(name))),
    );
  });

  test('is shown on its way through the tiers, and back', async () => {
    const { lines } = await ask();
    assert.deepEqual(
      lines.filter(({ isOfRequest }) => isOfRequest).map(({ servers, who, what }) => [...servers, who, what]),
      [
        ['s2', 'edge', 'gets POST /api/orders from 10.77.0.1'],
        ['s1', 'web 1', 'gets it'],
        ['s3', 'app 1', 'gets it'],
        ['s3', 'app 1', 'answers 201 after 1.30 s, held for 1.18 s'],
        ['s1', 'web 1', 'answers 201 after 1.31 s'],
        ['s2', 'edge', 'answers 201 after 1.33 s'],
      ],
    );
  });

  test('stands among what the servers did, in the order of time, each thing once whoever says it', async () => {
    const { lines } = await ask();
    assert.deepEqual(
      lines,
      lines.toSorted((a, b) => a.at - b.at),
    );
    const taken = lines.find(({ what }) => what === 'takes s1 for the primary');
    assert.deepEqual([taken?.servers, taken?.count], [['s1', 's2', 's3'], 3]);
    const others = lines.filter(({ isOfRequest }) => !isOfRequest);
    assert.ok(others.some(({ who, what }) => who === 'Patroni' && what === 'is promoted to primary'));
    assert.ok(
      others.every(({ what }) => !what.includes('e5a2c88a')),
      'another request is no event',
    );
  });

  test('on a screen has its times from its own beginning, and silences as such', async () => {
    const text = screen(inventory.name, `request ${id}`, await ask());
    assert.match(
      text,
      /^three-servers · request febfab6f\S+ · trace 0aff\w+ · 2026-11-26, times in UTC\n\nPOST \/api\/orders was/,
    );
    assert.match(text, /^• {2}16:40:17\.017 {4}\+0\.000 {2}s2 {8}edge {8}gets POST \/api\/orders from 10\.77\.0\.1$/m);
    assert.match(text, /^ {3}16:40:16\.665 {4}−0\.352 {2}s3 {8}Patroni {5}is asked for a switch-over from s3 to s1$/m);
    assert.match(text, /^ {4}⋮ 1\.\d\d s$/m);
    assert.doesNotMatch(text, /\n\n$/);
  });

  test('leads no terminal astray, whatever a stranger sent', async () => {
    const hostile = recorded('switch-over').map((line) =>
      line.replaceAll('/api/orders', String.raw`/\\u001b[2J\\u202eapi`),
    );
    const explained = await explainRequest(inventory, serversWith(hostile), id, period);
    assert.ok(explained.story[0]?.startsWith('POST /\u001b[2J\u202eapi was'), 'the test sends nothing');
    const text = screen(inventory.name, `request ${id}`, explained);
    assert.match(text, /^POST \/\uFFFD\[2J\uFFFDapi was/m);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('is told without a server that does not answer, which is named', async () => {
    const { story, lines, missing } = await ask(['s3']);
    assert.match(story[0] ?? '', /^POST \/api\/orders was answered 201 after 1\.33 s/);
    assert.ok(lines.every(({ servers }) => !servers.includes('s3')));
    assert.ok(missing.includes('s3 does not answer, so its journal is missing: ssh: connect: No route to host'));
  });

  test('without the server of its edge, is told as far as the others know', async () => {
    const { story } = await ask(['s2']);
    assert.match(
      story[0] ?? '',
      /^POST \/api\/orders was answered 201 after 1\.31 s, of which 1\.18 s held by app 1 on s3/,
    );
    assert.equal(story[1], 'No edge tells of its answer: the one that had it ended, or its journal is missing.');
  });
});

suite('what cannot be told', { timeout: 120_000 }, () => {
  const explain = (unknown: string, down: readonly string[] = []) =>
    explainRequest(inventory, serversWith(recorded('switch-over'), down), unknown, period);

  test('is refused with where was looked, when no journal knows the request; code 1', async () => {
    const gone = '00000000-1111-2222-3333-444444444444';
    await assert.rejects(explain(gone, ['s1']), (error: Error & { code: number }) => {
      const [first, second, ...rest] = error.message.split('\n');
      assert.equal(
        first,
        `No journal of s2, s3 knows the request ${gone} between 2026-11-26T16:30:00.000Z and 2026-11-26T16:45:00.000Z.`,
      );
      assert.match(second ?? '', /^It may be older \(--since 7d\)/);
      assert.equal(rest[0], 's1 does not answer, so its journal is missing: ssh: connect: No route to host');
      assert.match(
        rest[1] ?? '',
        /^s2: its journal begins on 2026-11-26T16:40:\d\d\.\d{3}Z; of what was before it says nothing\.$/,
      );
      return error.code === exitCodes.failed;
    });
  });

  test('is refused with every reason, when no server answers; code 69', async () => {
    await assert.rejects(explain(id, ['s1', 's2', 's3']), (error: Error & { code: number }) => {
      assert.match(error.message, /^No journal can be read:\n {2}s1: ssh: .*\n {2}s2: ssh: .*\n {2}s3: ssh: .*$/);
      return error.code === exitCodes.unavailable;
    });
  });
});

suite('a time', { timeout: 120_000 }, () => {
  // The cluster page's stream of 10 s in there is none that waited.
  test('is told with how many requests waited or failed, the longest by their ids, and what the servers did', async () => {
    const { story, lines, requests } = await explainPeriod(inventory, serversWith(recorded('switch-over')), during);
    assert.deepEqual(story, [
      'Between 16:40:16.000 and 16:40:20.000 2 requests took a second or longer, 1 failed, 0 were tried again at the edge; ' +
        'the longest was POST /api/orders, answered 201 after 1.33 s.',
      'On the servers: s3 stopped being the primary (a switch-over) at 16:40:16.951; s1 was promoted to primary at 16:40:17.751.',
    ]);
    assert.deepEqual(
      lines.filter(({ isOfRequest }) => isOfRequest).map(({ what }) => what),
      [
        'POST /api/orders: 201 after 1.33 s (febfab6f-adde-43ac-9084-8218a5bcaf1e)',
        'DELETE /api/articles/the-harbour-f19e60b1/favorite: 200 after 1.17 s (e5a2c88a-d815-421f-88d4-c58b9abe4aef)',
        'GET /api/user: 503 after 21 ms (7b9d446a-ef1c-483a-805f-2bd9b551342f)',
      ],
    );
    assert.equal(requests.length, 3);
  });

  test('in which nothing happened is told as such', async () => {
    const quiet = { from: during.from - 60_000, to: during.from };
    const { story, lines } = await explainPeriod(inventory, serversWith(recorded('switch-over')), quiet);
    assert.deepEqual(story, [
      'Between 16:39:16.000 and 16:40:16.000 every request was answered within a second, none failed, and none was tried again at the edge.',
      'On the servers no role moved, and nothing ended or drained.',
    ]);
    assert.deepEqual(lines, []);
  });
});
