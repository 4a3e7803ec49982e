import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, beforeEach, suite, test } from 'node:test';
import { OtlpReceiver, type ReceivedSpan } from '@scale-up/testing';
import { runProgram } from './run-program.ts';

let receiver: OtlpReceiver;
before(async () => {
  receiver = await OtlpReceiver.start();
});
beforeEach(() => {
  receiver.spans.length = 0;
  receiver.requests = 0;
});
after(() => receiver.stop());

const run = (env: NodeJS.ProcessEnv = {}) => runProgram({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env });
const nameOf = ({ name }: ReceivedSpan): string => name;
const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';

test('what was begun for a span is below it, and what ran within it as well', async () => {
  const { said, logged } = await run();
  const root = receiver.spans.find(({ name }) => name === 'GET /things');
  assert.deepEqual([root?.traceId, root?.spanId, root?.parentId], [said.traceId, said.spanId, '']);
  assert.deepEqual([root?.kind, root?.attributes], ['server', { place: 'here' }]);
  const parts = receiver.spans.filter((span) => span !== root);
  assert.deepEqual(parts.map(nameOf), ['part', 'within']);
  for (const { parentId } of parts) assert.equal(parentId, root?.spanId);
  assert.deepEqual(parts[0]?.events, [{ name: 'something', attributes: {} }]);
  assert.deepEqual(logged, []);
});

suite('who is recorded', () => {
  for (const [sampler, parent, isRecorded] of [
    [{}, undefined, true],
    [{}, '01', true],
    [{}, '00', false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, undefined, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, '01', true],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, '01', false],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, '00', true],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, '01', false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, undefined, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }, undefined, true],
  ] as const) {
    const { OTEL_TRACES_SAMPLER: name = 'the default', OTEL_TRACES_SAMPLER_ARG: arg = '' } =
      sampler as NodeJS.ProcessEnv;
    const whose = { '00': 'of a caller who does not record', '01': 'of a caller who records' };
    const title = `${name} ${arg}: a request ${parent ? whose[parent] : 'of nobody'} is ${isRecorded ? '' : 'not '}recorded, and says so`;
    test(title, async () => {
      const { said } = await run({ ...sampler, ...(parent && { TRACEPARENT: `${caller}-${parent}` }) });
      assert.deepEqual([said.flags, receiver.spans.length], isRecorded ? ['01', 3] : ['00', 0]);
      if (parent) assert.equal(said.traceId, '0af7651916cd43dd8448eb211c80319c');
    });
  }
});

suite('who says where it comes from', () => {
  const serviceOf = async (env: NodeJS.ProcessEnv): Promise<Record<string, unknown>> => {
    await run(env);
    return receiver.spans[0]?.resource ?? {};
  };
  test('the process itself, with its release and its host', async () => {
    const resource = await serviceOf({});
    assert.deepEqual(
      ['service.name', 'service.version', 'host.name'].map((key) => resource[key]),
      ['trial', 'r1', hostname()],
    );
  });
  test('OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which win', async () => {
    const resource = await serviceOf({
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=lab,service.version=r2',
    });
    assert.deepEqual(
      ['service.name', 'service.version', 'deployment.environment.name'].map((key) => resource[key]),
      ['shop', 'r2', 'lab'],
    );
  });
});

suite('how it is sent', () => {
  test('with headers, to a whole address of its own, compressed', async () => {
    await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20word',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    assert.equal(receiver.spans.length, 3);
    const { authorization, 'content-encoding': coding, 'content-type': type } = receiver.headers;
    assert.deepEqual([authorization, coding, type], ['Bearer word', 'gzip', 'application/x-protobuf']);
  });
  test('as JSON, where the protocol says so', async () => {
    await run({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    assert.equal(receiver.headers['content-type'], 'application/json');
    assert.equal(receiver.requests, 1);
    assert.deepEqual(receiver.spans.map(nameOf), ['part', 'within', 'GET /things']);
    assert.deepEqual(receiver.spans[2]?.attributes, { place: 'here' });
  });
  test('by the protocol of traces rather than that of all', async () => {
    await run({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' });
    assert.equal(receiver.headers['content-type'], 'application/x-protobuf');
  });
  test('in batches of so many', async () => {
    await run({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' });
    assert.deepEqual([receiver.requests, receiver.spans.length], [3, 3]);
  });
  test('with no more attributes than allowed', async () => {
    await run({ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0' });
    assert.deepEqual(receiver.spans.find(({ name }) => name === 'GET /things')?.attributes, {});
  });
  test('with no more characters of a value, and no more events, than allowed', async () => {
    await run({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2', OTEL_SPAN_EVENT_COUNT_LIMIT: '0' });
    assert.equal(receiver.spans.find(({ name }) => name === 'GET /things')?.attributes['place'], 'he');
    assert.deepEqual(receiver.spans.find(({ name }) => name === 'part')?.events, []);
  });
  test('as by default where a number is none, which is said', async () => {
    const { code, logged } = await run({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'many' });
    assert.deepEqual([code, receiver.requests, receiver.spans.length], [0, 1, 3]);
    assert.deepEqual(logged, [
      'warn: traces: OTEL_BSP_MAX_EXPORT_BATCH_SIZE must be a whole number of at least 1, not "many"; 512 is used',
    ]);
  });
});

suite('a process ends within 3 s, with exit code 0 and one line about it, when the receiver', () => {
  const endsInTime = async (env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
    const begun = performance.now();
    const { code, logged } = await run({ OTEL_EXPORTER_OTLP_TIMEOUT: '10000', ...env });
    assert.equal(code, 0);
    assert.ok(performance.now() - begun < 3_000 + startTime, `${performance.now() - begun} ms`);
    return logged;
  };
  let startTime = 0;
  before(async () => {
    const begun = performance.now();
    await run();
    startTime = performance.now() - begun;
  });
  test('is not there', async () => {
    const logged = await endsInTime({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    assert.match(logged.join('\n'), /^warn: traces: [^\n]*/);
  });
  for (const manner of ['hang', 500, 503, 400] as const) {
    test(manner === 'hang' ? 'never answers' : `answers ${manner}`, async (t) => {
      receiver.manner = manner;
      t.after(() => (receiver.manner = 'take'));
      const logged = await endsInTime({});
      assert.match(logged.join('\n'), /^warn: traces: [^\n]*/);
    });
  }
});
