import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OtlpReceiver, type ReceivedSpan, startTestRedis, type TestRedis } from '@scale-up/testing';
import { loseCommits } from '../faults/lost-commits.ts';
import { startTrial, type Trial } from '../faults/trial.ts';
import { isWhole, treeOf } from './trace-tree.ts';

suite('a trace, as a collector receives it', () => {
  let receiver: OtlpReceiver;
  let redis: TestRedis;
  let trial: Trial;
  let isLosing = false;
  // Always at the last moment: it was done, and nobody was told.
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
  const token = () => ({ authorization: `Token ${trial.people.tokens[0]}` });
  const post = (body: object): RequestInit => ({
    method: 'POST',
    headers: { ...token(), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  const order = (): RequestInit => post({ order: { lines: [{ product: trial.people.products[0], quantity: 1 }] } });
  /** @param last a span that must be there, since processes send what they have at different times */
  const traceOf = (answer: Response, last: string): Promise<readonly ReceivedSpan[]> =>
    receiver.trace(
      'scale_up.request_id',
      answer.headers.get('x-request-id'),
      (spans) => isWhole(spans) && spans.some(({ name }) => name === last),
    );
  const named = (spans: readonly ReceivedSpan[], name: string, service?: string): ReceivedSpan => {
    const found = spans.find((span) => span.name === name && (service === undefined || span.service === service));
    assert.ok(found, `${name} is not in\n${treeOf(spans).join('\n')}`);
    return found;
  };

  test('of a read goes from web through app to its one statement', async () => {
    const spans = await traceOf(await ask('/api/articles?limit=3', { headers: token() }), 'articles');
    assert.deepEqual(treeOf(spans), [
      'web server GET /api/*',
      '  web client GET',
      '    app server GET /api/articles',
      '      app client articles',
    ]);
    const [root, asked, served, statement] = spans.toSorted((a, b) => a.start - b.start);
    console.log(root, asked, served, statement);
  });

  test('of a read from the cache shows what Valkey is asked', async () => {
    await redis.command('FLUSHALL');
    const loaded = await traceOf(await ask('/api/tags'), 'SET values');
    console.log(treeOf(loaded));
    const cached = await traceOf(await ask('/api/tags'), 'MGET values');
    console.log(treeOf(cached));
  });

  test('of a write', async () => {
    const article = { title: 'T', description: 'd', body: 'b' };
    console.log(treeOf(await traceOf(await ask('/api/articles', post({ article })), 'DEL values')));
  });

  test('of an order', async () => {
    console.log(treeOf(await traceOf(await ask('/api/orders', order()), 'COMMIT')));
  });

  test('fail-over', async () => {
    const { postgres } = trial.site;
    await postgres.kill();
    const asking = ask('/api/orders', order());
    await sleep(1_000);
    await postgres.start();
    const answer = await asking;
    const spans = await traceOf(answer, 'COMMIT');
    console.log(answer.status, answer.headers.get('server-timing'), treeOf(spans), named(spans, 'hold'));
  });

  test('commit lost', async () => {
    isLosing = true;
    const answer = await ask('/api/orders', order());
    isLosing = false;
    const spans = await traceOf(answer, 'hold');
    console.log(answer.status, lost.counts, treeOf(spans), named(spans, 'hold'));
  });

  test('no app', async () => {
    const { appRelay } = trial.site;
    await appRelay.stop();
    const asking = ask('/api/articles', { headers: token() });
    await sleep(500);
    await appRelay.start();
    const answer = await asking;
    const spans = await traceOf(answer, 'articles');
    console.log(answer.status, answer.headers.get('server-timing'), treeOf(spans), named(spans, 'hold'));
  });
  test('static', async () => {
    const spans = await traceOf(await ask('/'), 'GET /*');
    console.log(spans);
  });
});
