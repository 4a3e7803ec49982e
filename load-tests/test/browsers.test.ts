import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, before, test } from 'node:test';
import { type Credentials, issue, makeAuthority } from '@scale-up/infra/inventory/pki.ts';
import { browsers } from '../traffic/browsers.ts';
import { reach } from '../traffic/reach.ts';
import type { Sender, Sending } from '../traffic/sender.ts';

let authority: Credentials;
let leaf: Credentials;
let server: Http2SecureServer;
let senders: Sender[];
const sockets = new Set<Socket>();
const seen: { version: string; path: string }[] = [];
let answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void;

const get = (path: string): Sending => ({
  origin: 'https://halyard.test',
  path,
  method: 'POST',
  headers: {},
  body: '{}',
});
const statusOf = async (sender: Sender, path: string): Promise<number> => (await sender.request(get(path))).statusCode;

before(async () => {
  authority = await makeAuthority('test');
  leaf = await issue(authority, ['halyard.test']);
});
afterEach(async () => {
  await Promise.all([...new Set(senders)].map((sender) => sender.close()));
  for (const socket of sockets) socket.destroy();
  server.close();
});

const start = async (): Promise<void> => {
  seen.length = 0;
  answer = (_, response) => void response.end('fine');
  server = createSecureServer({ ...leaf, allowHTTP1: true }, (request, response) => {
    seen.push({ version: request.httpVersion, path: request.url });
    answer(request, response);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  senders = browsers({ address: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: authority.cert });
};

test('half of all requests go over HTTP/2 and half over HTTP/1.1, to an address that the name does not resolve to', async () => {
  await start();
  for (const [index, sender] of senders.entries()) assert.equal(await statusOf(sender, `/${index}`), 200);
  const versions = seen.map(({ version }) => version);
  assert.equal(versions.filter((version) => version === '2.0').length, senders.length / 2);
  assert.equal(versions.filter((version) => version === '1.1').length, senders.length / 2);
});

test('what is under way on a connection that breaks fails and is not sent again; what comes after goes over another', async () => {
  await start();
  answer = () => {};
  const underWay = senders.flatMap((sender) => [
    statusOf(sender, '/a'),
    statusOf(sender, '/b'),
    statusOf(sender, '/c'),
  ]);
  const outcomes = Promise.allSettled(underWay);
  while (seen.length < underWay.length) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const socket of sockets) socket.resetAndDestroy();
  assert.ok((await outcomes).every(({ status }) => status === 'rejected'));
  answer = (_, response) => void response.end('fine');
  for (const sender of senders) assert.equal(await statusOf(sender, '/after'), 200);
  assert.equal(seen.filter(({ path }) => path !== '/after').length, underWay.length, 'each was sent once');
});

test('a server that says goodbye finishes what it has', async () => {
  await start();
  answer = (request, response) => {
    if (request.url === '/last') {
      // What HAProxy says to its clients when it hands over.
      if (request.httpVersion === '2.0') request.stream.session?.goaway();
      setTimeout(() => response.end('late'), 100);
    } else response.end('fine');
  };
  for (const sender of senders) {
    assert.equal(await statusOf(sender, '/last'), 200);
    assert.equal(await statusOf(sender, '/next'), 200);
  }
});

test('a certificate of another authority is refused', async () => {
  await start();
  const { cert: ca } = await makeAuthority('another');
  const strangers = browsers({ address: '127.0.0.1', port: (server.address() as AddressInfo).port, ca });
  for (const sender of strangers.slice(0, 2)) await assert.rejects(statusOf(sender, '/'), /certificate/i);
});

test('a connection that is refused fails at once, and one that is there is one connection', async () => {
  await start();
  const listener: Server = createServer();
  let connections = 0;
  listener.on('connection', () => (connections += 1));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = await reach({ address: '127.0.0.1', port }, 5_000);
  socket.destroy();
  assert.equal(connections, 1);
  listener.close();
  await once(listener, 'close');
  await assert.rejects(reach({ address: '127.0.0.1', port }, 5_000), /ECONNREFUSED/);
});
