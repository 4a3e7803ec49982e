import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type Caller, type DatabaseEvent, type DatabaseOptions, Unavailable } from '../src/index.ts';
import { openPool, pid } from './cluster.ts';
import { errorOf, timed, until } from './until.ts';

/** Somebody who answers nothing, or ends every connection at once, and counts them. */
const listenerThat = async (keeps: 'silent' | 'closing') => {
  const counts = { all: 0, now: 0, most: 0 };
  const server = createServer((socket) => {
    counts.all += 1;
    counts.now += 1;
    counts.most = Math.max(counts.most, counts.now);
    socket.on('error', () => {}).on('close', () => (counts.now -= 1));
    // Without a reader the end of the other side is never seen.
    socket.resume();
    if (keeps === 'closing') socket.destroy();
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return { url: `postgres://a:b@127.0.0.1:${(server.address() as AddressInfo).port}/c`, counts };
};

const nowhere = 'postgres://a:b@127.0.0.1:1/c';

const openAway = (hold: Partial<DatabaseOptions['hold']> = {}, url = nowhere) => {
  const events: DatabaseEvent[] = [];
  const database = openPool(url, {
    hold: { time: 20_000, callers: 10, bytes: 1_000, ...hold },
    onEvent: (event) => void events.push(event),
  });
  return { database, events, ask: (caller: Caller = {}) => errorOf(database.for(caller).first(pid)) };
};

const reasonOf = (error: unknown) => {
  assert.ok(error instanceof Unavailable, String(error));
  return error.reason;
};

test('when nobody listens, a caller is refused within 0.3 s after the limit, and is told why', async () => {
  const { database, events, ask } = openAway({ time: 700 });
  const { seconds, result } = await timed(ask());
  assert.equal(reasonOf(result), 'limit');
  assert.equal(((result as Error).cause as { code?: string }).code, 'ECONNREFUSED');
  assert.ok(seconds > 0.65 && seconds < 1, `took ${seconds} s`);
  assert.equal((database.awayBecause()?.error as { code?: string } | undefined)?.code, 'ECONNREFUSED');
  assert.deepEqual(
    events.map((event) => (event.type === 'refused' ? event.reason : event.type)),
    ['away', 'limit'],
  );
});

test('when the server is silent, the time of the first try counts: the second caller is refused within 0.3 s after its limit', async () => {
  const { url } = await listenerThat('silent');
  const { ask } = openAway({ time: 5_400 }, url);
  const first = await timed(ask());
  assert.equal(reasonOf(first.result), 'limit');
  assert.ok(first.seconds > 5.3 && first.seconds < 5.7, `took ${first.seconds} s`);
  const second = await timed(ask({ patience: 300 }));
  assert.ok(second.seconds < 0.6, `took ${second.seconds} s`);
});

test('a caller with less patience than the limit is refused when that is over', async () => {
  const { seconds, result } = await timed(openAway().ask({ patience: 200 }));
  assert.equal(reasonOf(result), 'limit');
  assert.ok(seconds < 0.5, `took ${seconds} s`);
});

test('a caller without patience is refused at once, also the first that finds the database away', async () => {
  const { ask } = openAway();
  for (const _ of [1, 2]) {
    const { seconds, result } = await timed(ask({ patience: 0, onHold: () => assert.fail('it does not wait') }));
    assert.equal(reasonOf(result), 'not-held');
    assert.ok(seconds < 0.2, `took ${seconds} s`);
  }
});

test('a caller beyond the number, or beyond the bytes, is refused at once; a signal frees its place', async () => {
  const { database, ask } = openAway({ callers: 3 });
  const leaving = new AbortController();
  const waiting = [ask(), ask({ weight: 600 }), ask({ weight: 300, signal: leaving.signal })];
  await until('three wait', 1, () => database.connections().held === 3);
  const beyond = await timed(ask());
  assert.equal(reasonOf(beyond.result), 'full');
  assert.ok(beyond.seconds < 0.1, `took ${beyond.seconds} s`);

  leaving.abort();
  assert.equal(reasonOf(await waiting[2]), 'aborted');
  assert.equal(database.connections().held, 2);
  assert.equal(reasonOf(await ask({ weight: 401 })), 'full');
  waiting.push(ask({ weight: 400 }));
  await until('three wait again', 1, () => database.connections().held === 3);
  await database.close();
  await Promise.all(waiting);
});

test('a signal that was aborted before is not waited with', async () => {
  assert.equal(reasonOf(await openAway().ask({ signal: AbortSignal.abort() })), 'aborted');
});

test('when it has been said for 5 s that nobody can become the primary, all who wait are refused, and whoever comes is at once', async () => {
  const { database, events, ask } = openAway({ canReturn: async () => false });
  const { seconds, result } = await timed(ask());
  assert.equal(reasonOf(result), 'limit');
  assert.ok(seconds > 5 && seconds < 6.5, `took ${seconds} s`);
  const next = await timed(ask());
  assert.equal(reasonOf(next.result), 'limit');
  assert.ok(next.seconds < 0.1, `took ${next.seconds} s`);
  assert.equal(events.filter(({ type }) => type === 'hopeless').length, 1);
  await database.close();
});

test('whoever waits in a process that alone is cut off is refused at once, and held again when it is not', async () => {
  let isCut = true;
  const { database, events, ask } = openAway({ canReturn: async () => false, isCutOff: async () => isCut });
  const { seconds, result } = await timed(ask());
  assert.equal(reasonOf(result), 'cut-off');
  assert.ok(seconds < 0.5, `took ${seconds} s`);
  assert.equal(reasonOf(await ask()), 'cut-off');
  isCut = false;
  await until('there is hope', 2, () => database.awayBecause()?.hopeless === undefined);
  assert.equal(reasonOf(await ask({ patience: 300 })), 'limit');
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'hopeless' ? [event.reason] : [])),
    ['cut-off'],
  );
  await database.close();
});

test('when somebody can become the primary again, callers are held again', async () => {
  let can = false;
  const { database, events, ask } = openAway({ canReturn: async () => can });
  await ask();
  can = true;
  await until('there is hope', 2, () => database.awayBecause()?.hopeless === undefined);
  const { seconds } = await timed(ask({ patience: 700 }));
  assert.ok(seconds > 0.6, `took ${seconds} s`);
  can = false;
  await until('it is given up again', 7, () => events.filter(({ type }) => type === 'hopeless').length === 2);
  await database.close();
});

test('who cannot be asked whether there is hope is no reason to give up', async () => {
  const { database, ask } = openAway({ time: 7_000, canReturn: () => Promise.reject(new Error('nobody answers')) });
  const { seconds } = await timed(ask());
  assert.ok(seconds > 6.9, `took ${seconds} s`);
  await database.close();
});

test('however many wait, one probe at a time looks for the database', async () => {
  const { url, counts } = await listenerThat('closing');
  const { database, ask } = openAway({ callers: 500 }, url);
  await ask({ patience: 0 });
  const before = counts.all;
  const waiting = Array.from({ length: 300 }, () => ask({ patience: 1_000 }));
  for (const error of await Promise.all(waiting)) assert.equal(reasonOf(error), 'limit');
  const probes = counts.all - before;
  assert.ok(probes >= 6 && probes < 30, `${probes} connections within 1 s`);
  assert.equal(counts.most, 1);
  await database.close();
});

test('a probe of a silent server is given up after 1 s and leaves no connection behind', async () => {
  const { url, counts } = await listenerThat('silent');
  const { database, ask } = openAway({ time: 8_000 }, url);
  const waiting = ask();
  // The caller's own connection, which was given up in the same moment in which the first probe began, is gone.
  await until('the first probe', 3, () => counts.all === 2 && counts.now === 1);
  counts.most = 0;
  await until('two more', 4, () => counts.all >= 4);
  assert.equal(counts.most, 1);
  await database.close();
  await waiting;
});

test('closing the pool ends those who wait, within 0.3 s, and no probe goes on', async () => {
  const { url, counts } = await listenerThat('closing');
  const { database, ask } = openAway({}, url);
  const held: number[] = [];
  const waiting = [ask(), ask({ onHeld: (milliseconds) => held.push(milliseconds) })];
  await until('both wait', 1, () => database.connections().held === 2);
  const { seconds } = await timed(Promise.all([database.close(), ...waiting]));
  assert.ok(seconds < 0.3, `took ${seconds} s`);
  for (const error of await Promise.all(waiting)) assert.equal(reasonOf(error), 'closed');
  assert.equal(held.length, 1);
  await until('the last probe is gone', 1, () => counts.now === 0);
});

test('onHold is called once when waiting begins and onHeld once when it ends', async () => {
  const { database, ask } = openAway();
  const calls: (string | number)[] = [];
  const waiting = ask({
    patience: 400,
    onHold: () => calls.push('hold'),
    onHeld: (milliseconds) => calls.push(milliseconds),
  });
  await until('it waits', 1, () => database.connections().held === 1);
  assert.deepEqual(calls, ['hold']);
  await waiting;
  assert.equal(calls.length, 2);
  assert.ok(Number(calls[1]) > 300 && Number(calls[1]) < 700, `held for ${calls[1]} ms`);
});
