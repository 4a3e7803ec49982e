import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ended } from '../src/ended.ts';
import { ProtobufEncoding } from '../src/otlp-protobuf.ts';
import { SpanQueue } from '../src/span-queue.ts';

const span: Ended = {
  trace: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  parentId: '',
  isParentRemote: false,
  name: 'GET /things',
  kind: 'server',
  start: 1,
  end: 2,
  attributes: {},
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  failure: undefined,
};

const settings = { batch: 3, queue: 6, delay: 60_000, patience: 60_000 };
const origin = { resource: { 'service.name': 'trial' }, scope: 'tests' };

/** A queue, with what it has sent and told. */
const open = (own: Partial<typeof settings> = {}) => {
  const sent: { readonly bytes: number; readonly done: (error?: Error) => void }[] = [];
  const told: string[] = [];
  const queue = new SpanQueue(
    { ...settings, ...own },
    new ProtobufEncoding(origin),
    (request, done) => void sent.push({ bytes: request.length, done }),
    (message) => void told.push(message),
  );
  const add = (count: number, name = span.name): void => {
    for (let each = 0; each < count; each += 1) queue.add({ ...span, name });
  };
  return { queue, sent, told, add };
};

suite('spans that have ended', () => {
  test('are sent when there are enough of them, and the others when they are asked for', () => {
    const { queue, sent, add } = open();
    add(4);
    assert.equal(sent.length, 1);
    queue.flush();
    queue.flush();
    // Each of the three more takes as much again.
    const [three, one] = sent.map(({ bytes }) => bytes);
    assert.equal(sent.length, 2);
    assert.ok((three ?? 0) > 2 * (one ?? 0) && (three ?? 0) < 3 * (one ?? 0), `${three} and ${one} bytes`);
  });

  test('are sent after a while, however few', async () => {
    const { sent, add } = open({ delay: 10 });
    add(1);
    assert.equal(sent.length, 0);
    // The queue's own timer keeps no process alive.
    for (let time = 0; sent.length === 0 && time < 500; time += 1) await sleep(10);
    assert.equal(sent.length, 1);
  });

  test('are sent before they are more than a receiver takes', () => {
    const { sent, add } = open({ batch: 1_000_000, queue: 1_000_000 });
    add(200, 'n'.repeat(10_000));
    assert.equal(sent.length, 1);
    assert.ok((sent[0]?.bytes ?? 0) < 1.1 * 1024 * 1024);
  });

  test('are lost, and that is told, while more of them than allowed are on their way; later ones are not', () => {
    const { sent, told, add } = open();
    add(6);
    add(3);
    assert.deepEqual([sent.length, told], [2, ['3 spans are lost: 6 are still on their way']]);
    sent[0]?.done();
    add(3);
    assert.equal(sent.length, 3);
  });

  test('are given up, once, when nobody says within the time what became of them', async () => {
    const { sent, told, add } = open({ patience: 10 });
    add(6);
    for (let time = 0; told.length < 2 && time < 500; time += 1) await sleep(10);
    sent[0]?.done(new Error('late'));
    assert.deepEqual(
      told,
      Array.from({ length: 2 }, () => '3 spans are lost: not taken within 10 ms'),
    );
    add(6);
    assert.equal(sent.length, 4);
  });

  test('that nobody took are told', () => {
    const { sent, told, add } = open();
    add(3);
    sent[0]?.done(new Error('gone'));
    assert.deepEqual(told, ['3 spans are lost: gone']);
  });
});
