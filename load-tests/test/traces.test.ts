import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OtlpReceiver, type ReceivedSpan, startTestRedis, type TestRedis } from '@scale-up/testing';
import { Agent, type Dispatcher } from 'undici';
import { loseCommits } from '../faults/lost-commits.ts';
import { startTrial, type Trial } from '../faults/trial.ts';
import { isWhole, treeOf } from './trace-tree.ts';

type AskedApp = {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers: Record<string, string>;
  readonly body?: string;
};

suite('what a collector receives', () => {
  let receiver: OtlpReceiver;
  let redis: TestRedis;
  let trial: Trial;
  let isLosing = false;
  // One, when its answer is there: it was done, and nobody was told.
  const lost = loseCommits(() => (isLosing ? 0.99 : 1), 1, 1);

  before(async () => {
    receiver = await OtlpReceiver.start();
    redis = await startTestRedis();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
    trial = await startTrial(1, { env: { ...env, REDIS_URL: redis.url }, webEnv: env, watch: lost.watch });
  });
  after(async () => {
    await trial.stop();
    await redis.stop();
    await receiver.stop();
  });

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(`${trial.site.web.url}${path}`, init);
    await answer.arrayBuffer();
    return answer;
  };
  const authorization = (): { authorization: string } => ({ authorization: `Token ${trial.people.tokens[0]}` });
  const asReader = (): RequestInit => ({ headers: authorization() });
  const post = (body: object): RequestInit => ({
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  const order = (): RequestInit => post({ order: { lines: [{ product: trial.people.products[0], quantity: 1 }] } });
  /** @param last a span that must be among them: processes send what they have at different times */
  const traceOf = (answer: Response, last: string): Promise<readonly ReceivedSpan[]> =>
    receiver.trace(
      'scale_up.request_id',
      answer.headers.get('x-request-id'),
      (spans) => isWhole(spans) && spans.some(({ name }) => name === last),
    );
  const find = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
    const found = spans.find((span) => span.name === name);
    assert.ok(found, `${name} is not in\n${treeOf(spans).join('\n')}`);
    return found;
  };
  const heldOf = (answer: Response): number =>
    Number(/held;dur=(\d+)/.exec(answer.headers.get('server-timing') ?? '')?.[1]);

  test('a static file is one span', async () => {
    const answer = await ask('/');
    assert.deepEqual(treeOf(await traceOf(answer, 'GET /*')), ['web server GET /*']);
  });

  test('a read goes from web through app to its one statement, each with what the semantic conventions ask for', async () => {
    const answer = await ask('/api/articles?limit=3', asReader());
    const spans = await traceOf(answer, 'articles-all');
    assert.deepEqual(treeOf(spans), [
      'web server GET /api/*',
      '  web client GET',
      '    app server GET /api/articles',
      '      app client articles-all',
    ]);
    const request = {
      'http.request.method': 'GET',
      'url.path': '/api/articles',
      'url.query': 'limit=3',
      'url.scheme': 'http',
      'client.address': '127.0.0.1',
      'scale_up.request_id': answer.headers.get('x-request-id'),
      'http.response.status_code': 200,
    };
    assert.deepEqual(find(spans, 'GET /api/*').attributes, { ...request, 'http.route': '/api/*' });
    assert.deepEqual(find(spans, 'GET /api/articles').attributes, { ...request, 'http.route': '/api/articles' });
    const { port } = trial.site.appRelay;
    assert.deepEqual(find(spans, 'GET').attributes, {
      'http.request.method': 'GET',
      'url.full': `http://127.0.0.1:${port}/api/articles?limit=3`,
      'server.address': '127.0.0.1',
      'server.port': port,
      'http.response.status_code': 200,
    });
    const { 'db.query.text': text, ...statement } = find(spans, 'articles-all').attributes;
    assert.match(String(text), /SELECT[^]*\$1/);
    assert.deepEqual(statement, {
      'db.system.name': 'postgresql',
      'db.namespace': 'scale_up',
      'db.query.summary': 'articles-all',
      'db.response.returned_rows': 1,
    });
  });

  test('a read for everybody asks Valkey, and the database only when it is not there', async () => {
    await redis.command('FLUSHALL');
    const above = ['web server GET /api/*', '  web client GET', '    app server GET /api/tags'];
    assert.deepEqual(treeOf(await traceOf(await ask('/api/tags'), 'SET values')), [
      ...above,
      '      app client MGET values',
      '      app client tags',
      '      app client SET values',
    ]);
    // The first that finds it there has Fastify in between, those after it do not.
    for (const way of ['after Fastify', 'before Fastify']) {
      const answer = await ask('/api/tags');
      const spans = await traceOf(answer, 'MGET values');
      assert.deepEqual(treeOf(spans), [...above, '      app client MGET values'], way);
      assert.deepEqual(
        find(spans, 'GET /api/tags').attributes,
        {
          'http.request.method': 'GET',
          'http.route': '/api/tags',
          'url.path': '/api/tags',
          'url.scheme': 'http',
          'client.address': '127.0.0.1',
          'scale_up.request_id': answer.headers.get('x-request-id'),
          'http.response.status_code': 200,
        },
        way,
      );
    }
  });

  test('a write is its transaction, and nothing of it says what was written', async () => {
    const article = { title: 'Unheard of', description: 'unheard of', body: 'unheard of', tagList: ['unheard'] };
    const spans = await traceOf(await ask('/api/articles', post({ article })), 'DEL values');
    assert.deepEqual(treeOf(spans), [
      'web server POST /api/*',
      '  web client POST',
      '    app server POST /api/articles',
      '      app client BEGIN',
      '      app client outcome-claim',
      '      app client viewer',
      '      app client article-insert',
      '      app client tags-insert',
      '      app client article-tags-insert',
      '      app client article',
      '      app client outcome-keep',
      '      app client COMMIT',
      '      app client DEL values',
    ]);
    assert.doesNotMatch(JSON.stringify(spans), /unheard/i);
  });

  const orderOnce = ['BEGIN', 'outcome-claim', 'viewer', 'order-place', 'outcome-keep', 'COMMIT'].map(
    (name) => `app client ${name}`,
  );
  const orderAbove = ['web server POST /api/*', '  web client POST', '    app server POST /api/orders'];

  test('an order is one transaction', async () => {
    assert.deepEqual(treeOf(await traceOf(await ask('/api/orders', order()), 'DEL values')), [
      ...orderAbove,
      ...orderOnce.map((line) => `      ${line}`),
      '      app client DEL values',
    ]);
  });

  test('requests on one connection, at once or in turn, recorded or not, do not get into each other’s traces', async () => {
    const app = new Agent({ connections: 2, pipelining: 4 });
    const origin = trial.site.apps[0]?.url ?? '';
    const traceIds = Array.from({ length: 60 }, () => randomBytes(16).toString('hex'));
    const isRecorded = (index: number): boolean => index % 3 === 0;
    const requests = traceIds.map(async (traceId, index) => {
      const { method = 'GET', headers, body = null } = (index % 2 === 0 ? asReader() : order()) as AskedApp;
      const traceparent = `00-${traceId}-b7ad6b7169203331-${isRecorded(index) ? '01' : '00'}`;
      const path = method === 'GET' ? '/api/articles' : '/api/orders';
      const answer = await app.request({ origin, path, method, headers: { ...headers, traceparent }, body });
      await answer.body.dump();
      return answer.statusCode;
    });
    const statuses = await Promise.all(requests);
    assert.deepEqual(
      statuses,
      statuses.map((_, index) => (index % 2 === 0 ? 200 : 201)),
    );
    await app.close();
    await sleep(500);
    for (const [index, traceId] of traceIds.entries()) {
      const names = receiver.spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
      const read = ['articles-all', 'GET /api/articles'];
      const written = [...orderOnce.map((line) => line.replace('app client ', '')), 'DEL values', 'POST /api/orders'];
      const wanted = isRecorded(index) ? (index % 2 === 0 ? read : written) : [];
      assert.deepEqual(names.toSorted(), wanted.toSorted(), `request ${index}`);
    }
  });

  test('log lines of a request say where it stands in the trace', async () => {
    const answer = await ask('/api/orders', post({ order: { lines: [] } }));
    assert.equal(answer.status, 422);
    const spans = await traceOf(answer, 'POST /api/orders');
    await sleep(200);
    for (const [service, span] of [
      [trial.site.web, find(spans, 'POST /api/*')],
      [trial.site.apps[0], find(spans, 'POST /api/orders')],
    ] as const) {
      const line = service?.logs().find((each) => each['request_id'] === answer.headers.get('x-request-id'));
      assert.deepEqual(
        [line?.['trace_id'], line?.['span_id'], line?.['trace_flags']],
        [span.traceId, span.spanId, '01'],
      );
      // What a client does wrong is no failure of the server.
      assert.equal(span.isFailed, false);
    }
  });

  test('an order through an absence of the database is below what held it, which says what, how long, and each try', async () => {
    const { postgres } = trial.site;
    await postgres.kill();
    const asking = ask('/api/orders', order());
    await sleep(1_000);
    await postgres.start();
    const answer = await asking;
    assert.equal(answer.status, 201);
    const spans = await traceOf(answer, 'DEL values');
    const lines = treeOf(spans).filter((line) => !line.endsWith('failed'));
    assert.deepEqual(lines, [
      ...orderAbove,
      '      app internal hold',
      ...orderOnce.map((line) => `        ${line}`),
      '      app client DEL values',
    ]);
    const { attributes, events, start, end } = find(spans, 'hold');
    assert.equal(attributes['scale_up.held.by'], 'database fail-over');
    assert.equal(attributes['scale_up.held.ms'], heldOf(answer));
    // A busy machine may take its time between the two clocks.
    assert.ok(Math.abs(end - start - heldOf(answer)) < 250, `${end - start} ms, not ${heldOf(answer)}`);
    assert.ok(heldOf(answer) >= 900);
    assert.equal(attributes['scale_up.held.tries'], events.length);
    assert.deepEqual([events[0]?.name, events[0]?.attributes['scale_up.try']], ['try', 1]);
    assert.match(String(events[0]?.attributes['scale_up.reason']), /ECONNRE|terminated|shuts down|accept connections/);
  });

  test('a COMMIT whose answer got lost, and the look-up of its outcome', async () => {
    isLosing = true;
    const answer = await ask('/api/orders', order());
    isLosing = false;
    assert.deepEqual([answer.status, lost.counts.answered], [201, 1]);
    const spans = await traceOf(answer, 'DEL values');
    assert.deepEqual(treeOf(spans), [
      ...orderAbove,
      ...orderOnce.map((line) => `      ${line}`.replace(/(outcome-keep|COMMIT)$/, '$1 failed')),
      '      app internal hold',
      '        app client BEGIN',
      '        app client outcome-claim',
      '        app client viewer',
      '        app client COMMIT',
      '      app client DEL values',
    ]);
    assert.equal(find(spans, 'hold').events[0]?.attributes['error.type'], 'OutcomeUnknown');
  });

  test('a request that no app takes shows each try of web, below what held it', async () => {
    const { appRelay } = trial.site;
    await appRelay.stop();
    const asking = ask('/api/articles', asReader());
    await sleep(500);
    await appRelay.start();
    const answer = await asking;
    assert.equal(answer.status, 200);
    const spans = await traceOf(answer, 'articles-all');
    const { attributes, events } = find(spans, 'hold');
    assert.equal(attributes['scale_up.held.by'], 'app away');
    assert.equal(attributes['scale_up.held.ms'], heldOf(answer));
    assert.equal(attributes['scale_up.held.tries'], events.length);
    const tries = spans.filter(({ name }) => name === 'GET');
    assert.ok(tries.length > 3);
    assert.deepEqual(
      tries.map((one) => one.attributes['http.request.resend_count'] ?? 0),
      tries.map((_, index) => index),
    );
    const failed = tries.filter(({ isFailed }) => isFailed);
    assert.equal(failed.length, tries.length - 1);
    // The first, on a connection that was kept, may have been cut; on it nobody waits.
    for (const { attributes: of } of failed.slice(2)) assert.equal(of['error.type'], 'ECONNREFUSED');
    assert.deepEqual(treeOf(spans).slice(-3), [
      '    web client GET',
      '      app server GET /api/articles',
      '        app client articles-all',
    ]);
  });
});
