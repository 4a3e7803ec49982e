import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { OtlpReceiver, type ReceivedSpan } from '@scale-up/testing';
import { type Ended, OtlpWriter, requestOf } from '../src/otlp.ts';

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
  attributes: undefined,
  events: undefined,
  droppedEvents: 0,
  failure: undefined,
  ...own,
});

/** What a receiver reads that was written. */
const read = async (spans: readonly Ended[], { room = 64, longest = 1_000_000 } = {}): Promise<ReceivedSpan[]> => {
  const writer = new OtlpWriter(room, longest);
  const head = writer.head({ 'service.name': 'trial', 'service.version': 'r1' }, 'tests');
  for (const span of spans) writer.write(span);
  const response = await fetch(`${receiver.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(requestOf(head, writer.take())),
  });
  assert.equal(response.status, 200);
  return receiver.spans;
};

suite('a receiver reads', () => {
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
      { at: start + 1, name: 'try', attributes: { 'scale_up.try': 1 } },
      { at: start + 2, name: 'try', attributes: { 'scale_up.try': 2, why: 'gone' } },
    ];
    const [span] = await read([ended({ events, droppedEvents: 3, failure: { message: 'the end' } })]);
    assert.deepEqual(
      span?.events,
      events.map(({ name, attributes }) => ({ name, attributes })),
    );
    assert.equal(span?.isFailed, true);
  });

  test('values no longer than allowed', async () => {
    const [span] = await read([ended({ attributes: { long: 'abcdef', short: 'ab' } })], { longest: 3 });
    assert.deepEqual(span?.attributes, { long: 'abc', short: 'ab' });
  });

  test('as many as were written, one batch after another', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `span ${index}`);
    const found = await read(names.map((name) => ended({ name, attributes: { name } })));
    assert.deepEqual(
      found.map(({ name }) => name),
      names,
    );
  });
});
