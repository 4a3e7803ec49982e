import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { OtlpReceiver } from '@scale-up/testing';
import { runProgram } from './run-program.ts';

let receiver: OtlpReceiver;
before(async () => {
  receiver = await OtlpReceiver.start();
});
after(() => receiver.stop());

const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';

suite('nothing is sent, and no module of OpenTelemetry is loaded', () => {
  for (const [when, env] of [
    ['without a receiver', () => ({})],
    ['with an empty one', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' })],
    ['with OTEL_SDK_DISABLED', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SDK_DISABLED: 'TRUE' })],
    [
      'with OTEL_TRACES_EXPORTER=none',
      () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: 'none' }),
    ],
  ] as const) {
    test(when, async () => {
      const { said, modules, logged } = await runProgram(env());
      assert.deepEqual([said.isOn, modules, logged, receiver.requests], [false, [], [], 0]);
    });
  }

  test('a request has ids all the same: its own, of which nobody has recorded anything, or the caller’s trace', async () => {
    const own = (await runProgram({})).said;
    assert.match(`${own.traceId} ${own.spanId} ${own.flags}`, /^[0-9a-f]{32} [0-9a-f]{16} 00$/);
    const given = (await runProgram({ TRACEPARENT: `${caller}-01` })).said;
    assert.deepEqual([given.traceId, given.flags], ['0af7651916cd43dd8448eb211c80319c', '01']);
    assert.notEqual(given.spanId, 'b7ad6b7169203331');
  });
});
