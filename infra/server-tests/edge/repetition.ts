import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackEnd } from './back-end.ts';
import { Site } from './site.ts';

let site: Site;
before(async () => (site = await Site.start()));
afterEach(() => site.reset());
after(() => site.stop());

/** What a dead, a dying and a frozen instance do. */
const dies = (backEnd: BackEnd): void => void (backEnd.answer = ({ request }) => request.socket.destroy());
const freezes = (backEnd: BackEnd): void => {
  backEnd.answer = () => {};
  backEnd.readiness = 'frozen';
};
const says = (backEnd: BackEnd, status: number, headers = {}): void =>
  void (backEnd.answer = (_, response) => void response.writeHead(status, headers).end('said'));

const body = Buffer.alloc(65_536, 'x');
const post = { method: 'POST', body } as const;
const keysOf = (backEnds: readonly BackEnd[]): Set<unknown> =>
  new Set(backEnds.flatMap(({ arrived }) => arrived.map(({ request }) => request.headers['x-attempt-key'])));

test('a write of 64 KiB that meets a dying web server is done by another, under the same attempt key', async () => {
  dies(site.web[0]!);
  for (let count = 0; count < 6; count += 1) {
    const { status, text } = await site.send('/api/x', post);
    assert.equal(status, 200);
    assert.equal(JSON.parse(text).bytes, body.length);
  }
  assert.ok(site.web[0]!.arrived.length > 0, 'the dying one was tried');
  assert.equal(keysOf(site.web).size, 6);
});

test('a write that arrives slowly is done by another as well', async () => {
  dies(site.web[0]!);
  dies(site.web[1]!);
  const headers = { 'transfer-encoding': 'chunked' };
  for (let count = 0; count < 3; count += 1)
    assert.equal((await site.send('/api/x', { ...post, headers })).status, 200);
});

test('a write that meets a frozen web server is done by another within 2 s', async () => {
  freezes(site.web[0]!);
  const began = Date.now();
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map(() => site.send('/api/x', post)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(site.web[0]!.arrived.length > 0, 'the frozen one was tried');
  assert.ok(Date.now() - began < 2_000 + 500, `${Date.now() - began} ms`);
});

test('web that drains finishes what it has, and gets nothing new', async () => {
  for (const backEnd of site.web) backEnd.answer = (_, response) => void setTimeout(() => response.end('late'), 2_500);
  const first = site.send('/api/x', post);
  await sleep(300);
  const draining = site.web.find(({ arrived }) => arrived.length > 0)!;
  draining.readiness = 'draining';
  await sleep(1_000);
  const later = Array.from({ length: 6 }, () => site.send('/api/x', post));
  const answers = await Promise.all([first, ...later]);
  assert.ok(answers.every(({ status, text }) => status === 200 && text === 'late'));
  assert.equal(draining.arrived.length, 1);
});

test('what web has that is cut off from app is done by another within 1 s, under the same attempt key', async () => {
  for (const backEnd of site.web) backEnd.answer = () => {};
  const waiting = site.send('/api/x', post);
  await sleep(300);
  const cutOff = site.web.find(({ arrived }) => arrived.length > 0)!;
  for (const backEnd of site.web) backEnd.answer = (_, response) => response.end('done');
  const began = Date.now();
  cutOff.readiness = 'cut off';
  const { status, text } = await waiting;
  assert.deepEqual([status, text], [200, 'done']);
  assert.ok(Date.now() - began < 1_000, `${Date.now() - began} ms`);
  assert.equal(keysOf(site.web).size, 1);
  assert.equal(cutOff.arrived.length, 1);
});

test('web that takes as long as it holds requests is waited for', async () => {
  for (const backEnd of site.web) backEnd.answer = (_, response) => void setTimeout(() => response.end('late'), 6_000);
  assert.equal((await site.send('/api/x', post)).text, 'late');
  assert.equal(site.web.flatMap(({ arrived }) => arrived).length, 1);
});

test('a release that answers 500 on its first instance is seen by nobody', async () => {
  says(site.web[0]!, 500);
  says(site.app[0]!, 500);
  for (let count = 0; count < 6; count += 1) {
    assert.equal((await site.send('/api/x', post)).status, 200);
    assert.equal((await site.route('/api/x', post)).status, 200);
  }
});

test('app that says it is at work is waited for', async () => {
  for (const backEnd of site.app)
    backEnd.answer = ({ body: sent }, response) => {
      const beat = setInterval(() => response.writeProcessing(), 400);
      setTimeout(() => {
        clearInterval(beat);
        response.end(String(sent.length));
      }, 4_000);
    };
  const { status, text } = await site.route('/api/x', post);
  assert.deepEqual([status, text], [200, '65536']);
  assert.equal(site.app.flatMap(({ arrived }) => arrived).length, 1);
});

test('the router gives what a dying or frozen app had to another, within 2 s', async () => {
  for (const breaks of [dies, freezes]) {
    site.reset();
    breaks(site.app[0]!);
    const headers = { 'x-attempt-key': 'k', 'x-request-id': 'r', traceparent: 't', 'x-forwarded-for': '192.0.2.1' };
    const began = Date.now();
    const answers = await Promise.all([0, 1, 2, 3].map(() => site.route('/api/x', { ...post, headers })));
    assert.ok(Date.now() - began < 2_000 + 500, `${Date.now() - began} ms`);
    for (const { status, text } of answers) {
      assert.equal(status, 200);
      const arrived = JSON.parse(text);
      assert.equal(arrived.bytes, body.length);
      for (const [name, value] of Object.entries(headers)) assert.equal(arrived.headers[name], value);
    }
    assert.ok(site.app[0]!.arrived.length > 0, 'the broken one was tried');
  }
});

test("the router leaves app's own 502 and 503 to web, which knows whether app has waited already", async () => {
  for (const [status, headers] of [
    [503, { 'x-hold': 'over' }],
    [503, {}],
    [502, {}],
  ] as const) {
    site.reset();
    for (const backEnd of site.app) says(backEnd, status, headers);
    const answer = await site.route('/api/x', post);
    assert.deepEqual([answer.status, answer.headers['x-hold']], [status, headers['x-hold' as never]]);
    assert.equal(site.app.flatMap(({ arrived }) => arrived).length, 1);
  }
});
