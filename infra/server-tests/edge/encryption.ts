import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { issue, makeAuthority } from '../../inventory/pki.ts';
import { sendThroughout } from './send.ts';
import { addresses, Site } from './site.ts';

let site: Site;
before(async () => (site = await Site.start()));
afterEach(() => site.reset());
after(() => site.stop());

/** Shakes hands with the edge. */
const handshake = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const ca = site.given.secrets.edge.ca_cert ?? '';
  const socket = connect({ host: addresses['lb-1'], port: 443, servername: 'halyard.test', ca, ...options });
  await once(socket, 'secureConnect');
  // What was shown is known; how the connection ends, at the latest with HAProxy itself, says nothing.
  socket.on('error', () => {});
  socket.end();
  return socket;
};
const old = { ciphers: 'ALL@SECLEVEL=0' };

test('TLS 1.2 and 1.3 are spoken, with the certificate of the site', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await handshake({ minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    assert.equal(socket.authorized, true);
  }
});

test('TLS 1.0 and 1.1 are not, nor ciphers without forward secrecy or authentication of what they encrypt', async () => {
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await assert.rejects(handshake({ ...old, minVersion: version, maxVersion: version }), /version/i);
  const weak = 'AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:DHE-RSA-AES128-GCM-SHA256@SECLEVEL=0';
  await assert.rejects(handshake({ ciphers: weak, maxVersion: 'TLSv1.2' }), /handshake failure/i);
});

test('HTTP/2 is spoken where it is offered, else HTTP/1.1', async () => {
  assert.equal((await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol, 'h2');
  assert.equal((await handshake({ ALPNProtocols: ['http/1.1'] })).alpnProtocol, 'http/1.1');
  const session = connectHttp2(`https://${addresses['lb-1']}`, {
    ca: site.given.secrets.edge.ca_cert ?? '',
    servername: 'halyard.test',
  });
  const stream = session.request({ ':path': '/api/x', ':authority': 'halyard.test', 'x-attempt-key': 'mine' });
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  assert.equal(headers[':status'], 200);
  stream.resume();
  await once(stream, 'close');
  session.close();
  await once(session, 'close');
});

test('a renewed certificate is shown after a reload that costs no request', async () => {
  const { cert, key } = await issue(await makeAuthority('another'), ['halyard.test']);
  const renew = async (): Promise<void> => {
    await sleep(500);
    for (let count = 0; count < 3; count += 1) {
      site.balancer.write('/etc/haproxy/edge.pem', `${cert}\n${key}`);
      site.balancer.reload();
      await sleep(1_000);
    }
  };
  // A new connection each: what a reload could refuse.
  const one = () => site.send('/api/x', { from: '10.99.0.110', rejectUnauthorized: false });
  for (const backEnd of site.web) backEnd.answer = (_, response) => void setTimeout(() => response.end('late'), 100);
  const { sent, failures } = await sendThroughout(one, 40, renew);
  assert.deepEqual(failures, []);
  assert.ok(sent > 100, `${sent} sent`);
  const shown = (await handshake({ rejectUnauthorized: false })).getPeerCertificate();
  assert.equal(shown.issuer.CN, 'another');
});
