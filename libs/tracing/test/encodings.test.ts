import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { OtlpReceiver, type ReceivedSpan } from '@scale-up/testing';
import type { Encoding, Ended } from '../src/ended.ts';
import { JsonEncoding } from '../src/otlp-json.ts';
import { ProtobufEncoding } from '../src/otlp-protobuf.ts';

let receiver: OtlpReceiver;
before(async () => {
  receiver = await OtlpReceiver.start();
});
beforeEach(() => {
  receiver.spans.length = 0;
});
after(() => receiver.stop());

/** Nanoseconds do not fit into a number: half a millisecond does. */
const start = Date.parse('2026-11-28T01:02:03.456Z') + 0.25;

const ended = (own: Partial<Ended>): Ended => ({
  trace: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  parentId: '',
  isParentRemote: false,
  name: 'GET /things',
  kind: 'server',
  start,
  end: start + 1.5,
  attributes: {},
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  failure: undefined,
  ...own,
});

const origin = { resource: { 'service.name': 'trial', 'service.version': 'r1' }, scope: 'tests' };

const encodings: Readonly<Record<string, () => Encoding>> = {
  'application/x-protobuf': () => new ProtobufEncoding(origin),
  // So little that it has to grow all the time.
  'application/x-protobuf, of 8 bytes': () => new ProtobufEncoding(origin, 8),
  'application/json': () => new JsonEncoding(origin),
};

for (const [type, make] of Object.entries(encodings)) {
  /** What a receiver reads that was written. */
  const read = async (...batches: readonly (readonly Ended[])[]): Promise<ReceivedSpan[]> => {
    const encoding = make();
    for (const batch of batches) {
      for (const span of batch) encoding.write(span);
      assert.ok(encoding.length > 0);
      const headers = { 'content-type': type.split(',', 1)[0] ?? '' };
      const body = new Uint8Array(encoding.take());
      const { status } = await fetch(`${receiver.url}/v1/traces`, { method: 'POST', headers, body });
      assert.deepEqual([status, encoding.length], [200, 0]);
    }
    return receiver.spans;
  };

  suite(`a receiver reads ${type}:`, () => {
    test('ids, name, kind, times to the microsecond, and whose they are', async () => {
      const [root, child] = await read([ended({}), ended({ parentId: '00f067aa0ba902b7', kind: 'client' })]);
      assert.deepEqual(root, {
        service: 'trial',
        resource: { 'service.name': 'trial', 'service.version': 'r1' },
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        parentId: '',
        name: 'GET /things',
        kind: 'server',
        start,
        end: start + 1.5,
        attributes: {},
        events: [],
        isFailed: false,
      });
      assert.deepEqual([child?.parentId, child?.kind], ['00f067aa0ba902b7', 'client']);
    });

    test('every kind of value, and none that is undefined', async () => {
      const attributes = {
        text: 'words',
        'no text': '',
        'other letters': 'Grüße, 世界 🌍',
        'half a pair': '\uD83C',
        yes: true,
        no: false,
        zero: 0,
        'two bytes': 200,
        large: Number.MAX_SAFE_INTEGER,
        less: -1,
        least: Number.MIN_SAFE_INTEGER,
        part: 0.25,
        huge: 1e300,
        nothing: undefined,
      };
      const [span] = await read([ended({ attributes })]);
      const { nothing: _nothing, 'half a pair': _half, ...expected } = attributes;
      assert.deepEqual(span?.attributes, { ...expected, 'half a pair': '\uFFFD' });
    });

    test('texts of every length at which their own length takes more bytes', async () => {
      const lengths = [0, 1, 30, 31, 41, 42, 47, 48, 49, 126, 127, 128, 129, 16_383, 16_384, 70_000];
      const texts = lengths.flatMap((length) => ['a'.repeat(length), 'ü'.repeat(length), '世'.repeat(length)]);
      const attributes = Object.fromEntries(texts.map((text, index) => [`text ${index}`, text]));
      const [span] = await read([ended({ name: 'n'.repeat(300), attributes })]);
      assert.deepEqual(span?.attributes, attributes);
      assert.equal(span?.name, 'n'.repeat(300));
    });

    test('a key that is longer than any other', async () => {
      const attributes = { ['k'.repeat(200)]: 1, ['k'.repeat(122)]: 'v', ['k'.repeat(123)]: '' };
      assert.deepEqual((await read([ended({ attributes })]))[0]?.attributes, attributes);
    });

    test('events, and that it failed', async () => {
      const events = [
        { at: start + 1, name: 'try', attributes: { 'scale_up.try': 1 }, droppedAttributes: 0 },
        { at: start + 2, name: 'try', attributes: { 'scale_up.try': 2, why: 'gone' }, droppedAttributes: 4 },
      ];
      const [span] = await read([
        ended({ events, droppedEvents: 3, droppedAttributes: 200, failure: { message: 'the end' } }),
      ]);
      assert.deepEqual(
        span?.events,
        events.map(({ name, attributes }) => ({ name, attributes })),
      );
      assert.equal(span?.isFailed, true);
    });

    test('as many as were written, one batch after another', async () => {
      const names = Array.from({ length: 2_000 }, (_, index) => `span ${index}`);
      const spans = names.map((name) => ended({ name, attributes: { name } }));
      const found = await read(spans.slice(0, 700), spans.slice(700));
      assert.deepEqual(
        found.map(({ name }) => name),
        names,
      );
    });
  });
}
