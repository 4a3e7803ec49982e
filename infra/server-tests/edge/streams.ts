import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { request as secureRequest } from 'node:https';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './send.ts';
import { addresses, Site } from './site.ts';

let site: Site;
before(async () => (site = await Site.start()));
afterEach(() => site.reset());
after(() => site.stop());

/** Milliseconds between two signs of life, as `clusterStream` of libs/contract has it. */
const heartbeat = 400;

/** Twice the time after which the router takes a silent instance for frozen, and some. */
const lasting = 4_000;

/** Signs of life as app gives them, with the time of each in it. */
const beat = async (response: ServerResponse): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const end = Date.now() + lasting; Date.now() < end; await sleep(heartbeat)) {
    response.write(`:${Date.now()}\n\n`);
  }
  response.end('data: end\n\n');
};

type Reader = (url: string) => Promise<AsyncIterable<string>>;

const overHttp1: Reader = async (url) => {
  const open = url.startsWith('https:') ? secureRequest : plainRequest;
  const request = open(url, {
    agent: false,
    headers: { host: 'halyard.test' },
    servername: 'halyard.test',
    ca: site.given.secrets.edge.ca_cert,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response.setEncoding('utf8');
};

/** As browsers do. */
const overHttp2: Reader = async (url) => {
  const session = connect(url, { servername: 'halyard.test', ca: site.given.secrets.edge.ca_cert });
  const stream = session.request({ ':path': new URL(url).pathname, ':authority': 'halyard.test' }).setEncoding('utf8');
  stream.once('close', () => session.close());
  return stream;
};

/** Milliseconds that each part was on its way, and all that came. */
const delaysOf = async (read: Reader, url: string): Promise<{ delays: number[]; text: string }> => {
  const delays: number[] = [];
  let text = '';
  for await (const part of await read(url)) {
    text += part;
    const sent = /^:(\d+)/.exec(part)?.[1];
    if (sent !== undefined) delays.push(Date.now() - Number(sent));
  }
  return { delays, text };
};

for (const [hop, read, url] of [
  ['the router', overHttp1, 'http://127.0.0.1:8081/api/cluster/events'],
  ['the edge', overHttp1, `https://${addresses['lb-1']}/api/cluster/events`],
  ['the edge to a browser', overHttp2, `https://${addresses['lb-1']}/api/cluster/events`],
] as const) {
  test(`a stream passes ${hop} as it is sent, for longer than anybody may be silent`, async () => {
    for (const backEnd of [...site.web, ...site.app]) backEnd.answer = (_arrived, response) => void beat(response);
    const { delays, text } = await delaysOf(read, url);
    assert.match(text, /data: end\n\n$/);
    assert.ok(delays.length >= 8, `${delays.length} parts`);
    // Nothing is kept back until there is more of it; of a busy machine one may be late.
    const half = delays.toSorted((one, other) => one - other)[Math.floor(delays.length / 2)] ?? Infinity;
    assert.ok(half < heartbeat / 2, `half of them were on their way for ${half} ms or more`);
  });
}

test('who holds the VIP says so to the servers of app, and leads everybody else to 443', async () => {
  const url = `http://${addresses['lb-1']}/holder`;
  const known = await send(url, { from: addresses['app-2'] });
  assert.deepEqual([known.status, known.text], [200, 'lb-1']);
  const stranger = await send(url, { from: '10.99.0.101' });
  assert.equal(stranger.status, 308);
});
