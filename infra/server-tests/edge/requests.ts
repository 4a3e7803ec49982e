import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, send } from './send.ts';
import { addresses, limit, Site } from './site.ts';

let site: Site;
before(async () => (site = await Site.start()));
afterEach(() => site.reset());
after(() => site.stop());

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** The headers that web got. */
const arrived = ({ text }: Answered): Record<string, string> => JSON.parse(text).headers;

const assertProblem = ({ status, headers, text }: Answered, code: string, expected: number): void => {
  assert.equal(status, expected, text);
  assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8');
  const { title, ...rest } = JSON.parse(text);
  assert.deepEqual(rest, { type: `/problems/${code}`, status: expected, errors: {} });
  assert.ok(title.length > 0);
  assert.match(String(headers['x-request-id']), uuid);
  assert.equal(headers['cache-control'], 'no-store');
};

test('what a client says about itself, its trace and its attempt goes no further; the edge says it', async () => {
  const forged = Object.fromEntries(
    ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-prefix', 'forwarded']
      .concat(['x-request-id', 'x-attempt-key', 'traceparent', 'tracestate', 'baggage', 'x_forwarded_for'])
      .map((name) => [name, 'forged-forged']),
  );
  const answer = await site.send('/api/x', { headers: { ...forged, 'x-kept': 'kept' }, from: '10.99.0.101' });
  const headers = arrived(answer);
  assert.doesNotMatch(JSON.stringify(headers), /forged/);
  assert.equal(headers['x-forwarded-for'], '10.99.0.101');
  assert.equal(headers['x-forwarded-proto'], 'https');
  assert.equal(headers['x-forwarded-host'], 'halyard.test');
  assert.equal(headers['x-kept'], 'kept');
  assert.match(String(headers['x-request-id']), uuid);
  assert.equal(headers['x-request-id'], answer.headers['x-request-id']);
  assert.equal(headers['x-attempt-key'], undefined, 'a read needs none');
});

test('every write gets an attempt key of its own', async () => {
  const keys = new Set<string>();
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'POST'])
    keys.add(
      arrived(await site.send('/api/x', { method, headers: { 'x-attempt-key': 'mine' } }))['x-attempt-key'] ?? '',
    );
  assert.equal(keys.size, 5);
  for (const key of keys) assert.match(key, uuid);
});

test('HSTS is on every answer, and 80 leads to 443', async () => {
  const answer = await site.send('/api/x');
  assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
  const plain = await send(`http://${addresses['lb-1']}/a?b`, { method: 'POST' });
  assert.equal(plain.status, 308);
  assert.equal(plain.headers.location, 'https://halyard.test/a?b');
});

test('a request is one line of the log under its id, which tells a slow client from a slow site', async () => {
  const quick = await site.send('/api/quick?token=secret');
  const [line, ...others] = await site.balancer.logOf(String(quick.headers['x-request-id']));
  assert.deepEqual(others, []);
  const { service, method, path, status, tries, ended, client } = line ?? {};
  assert.deepEqual(
    { service, method, path, status, tries, ended },
    {
      service: 'edge',
      method: 'GET',
      path: '/api/quick',
      status: 200,
      tries: 0,
      ended: '--',
    },
  );
  assert.match(String(client), /^10\.99\.0\./);
  assert.ok(Number(line?.['receiving_ms']) < 100 && Number(line?.['sending_ms']) < 100);
  const slow = await site.send('/api/slow', { method: 'POST', body: 'sent late', pause: 500 });
  const [late] = await site.balancer.logOf(String(slow.headers['x-request-id']));
  assert.ok(Number(late?.['receiving_ms']) >= 450 && Number(late?.['duration_ms']) >= 450, JSON.stringify(late));
});

test('a body that is too large is refused before it has been sent', async () => {
  const headers = { 'content-length': '1048577', expect: '100-continue' };
  assertProblem(await site.send('/api/x', { method: 'POST', headers }), 'payload-too-large', 413);
});

test('a web tier that breaks every connection is a 502, as a problem', async () => {
  for (const each of site.web) each.answer = ({ request }) => request.socket.destroy();
  // On a connection that was used before, HAProxy would close the client's, for it to repeat the request.
  for (const each of site.web) await each.closeConnections();
  assertProblem(await site.send('/api/x'), 'bad-gateway', 502);
});

test('an error of web goes to the client as it is, asked for once', async () => {
  for (const status of [404, 501, 502, 503]) {
    site.reset();
    for (const each of site.web) each.answer = (_, response) => void response.writeHead(status).end('web says so');
    const answer = await site.send('/api/x');
    assert.deepEqual([answer.status, answer.text], [status, 'web says so']);
    assert.equal(site.web.flatMap(({ arrived: requests }) => requests).length, 1);
  }
});

/**
 * Waits until the balancers stay connected. At first both connect, one of the two connections is closed, and whoever has lost his comes again
 * after 5 s.
 */
const arePeers = async (): Promise<void> => {
  let since = Date.now();
  for (const deadline = since + 40_000; Date.now() - since < 6_000; await sleep(100)) {
    assert.ok(Date.now() < deadline, 'the balancers do not stay connected');
    const peers = await site.otherBalancer.ask('show peers');
    if (!/id=lb-1\(remote,active\).*app_state=RUNNING/.test(peers)) since = Date.now();
  }
};

test('whoever sends too many requests is told so at both balancers, and when to come back', async () => {
  await arePeers();
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const from = '10.99.0.102';
  const answers = await Promise.all(Array.from({ length: limit * 10 }, () => site.send('/api/x', { from, agent })));
  assert.ok(answers.every(({ status }) => status === 200));
  // The balancers tell each other; who asks the other one before that begins a count of his own there, and the last word wins.
  const rate = async (): Promise<number> => {
    const entry = (await site.otherBalancer.ask('show table edges/clients'))
      .split('\n')
      .find((line) => line.includes(`key=${from} `));
    return Number(/http_req_rate\(\d+\)=(\d+)/.exec(entry ?? '')?.[1] ?? 0);
  };
  for (const deadline = Date.now() + 10_000; (await rate()) < limit * 10;) {
    assert.ok(Date.now() < deadline, `the other balancer knows of ${await rate()} requests`);
    await sleep(50);
  }
  for (const edge of ['lb-2', 'lb-1'] as const) {
    const refused = await site.send('/api/x', { from }, edge);
    assertProblem(refused, 'too-many-requests', 429);
    assert.equal(refused.headers['retry-after'], '5');
    assert.equal((await site.send('/api/x', { from: '10.99.0.103' }, edge)).status, 200, 'others are served');
  }
  agent.destroy();
});

const counted = (): number => site.web.flatMap(({ arrived: requests }) => requests).length;
const file = (headers: Record<string, string>) => (): void => {
  for (const each of site.web) each.answer = (_, response) => void response.writeHead(200, headers).end('file');
};

test('a file is kept as long as it says, and with its coding', async () => {
  file({
    'cache-control': 'public, max-age=60',
    vary: 'accept-encoding',
    'content-encoding': 'br',
    'x-request-id': 'web',
  })();
  const first = await site.send('/assets/kept.js', { headers: { 'accept-encoding': 'gzip, br, zstd' } });
  const second = await site.send('/assets/kept.js', { headers: { 'accept-encoding': 'gzip, br, zstd' } });
  assert.equal(counted(), 1);
  assert.equal(second.text, 'file');
  assert.match(String(second.headers.age), /^\d+$/);
  assert.notEqual(first.headers['x-request-id'], second.headers['x-request-id'], 'each answer has its own');
  await site.send('/assets/kept.js', { headers: { 'accept-encoding': 'identity' } });
  assert.equal(counted(), 2);
});

for (const [what, path, answer, headers] of [
  ['a page', '/page', { 'cache-control': 'no-cache' }, {}],
  ['an answer of the API', '/api/x', { 'cache-control': 'public, max-age=60' }, {}],
  ['an answer with a cookie', '/a.js', { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b' }, {}],
  ['what was asked for with a token', '/b.js', { 'cache-control': 'public, max-age=60' }, { authorization: 'Token x' }],
  ['what was asked for with a cookie', '/c.js', { 'cache-control': 'public, max-age=60' }, { cookie: 'a=b' }],
  ['what says nothing about it', '/d.js', {}, {}],
] as const)
  test(`${what} is never kept`, async () => {
    file(answer)();
    await site.send(path, { headers });
    await site.send(path, { headers });
    assert.equal(counted(), 2);
  });
