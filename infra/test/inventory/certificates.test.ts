import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import {
  certificateFaults,
  type Credentials,
  isDue,
  issue,
  leafCommand,
  leafExtensions,
  makeAuthority,
  opensslWithKey,
} from '../../inventory/pki.ts';
import { programOutput } from '../../inventory/program-output.ts';
import { completeSecrets, type Secrets } from '../../inventory/secrets.ts';
import { threeServers } from '../support/inventories.ts';

// Needs the program openssl.

const day = 24 * 60 * 60 * 1000;
const daysLeft = ({ cert }: Credentials): number =>
  (new X509Certificate(cert).validToDate.getTime() - Date.now()) / day;
const namesOf = ({ cert }: Credentials): string[] =>
  (new X509Certificate(cert).subjectAltName ?? '').split(', ').toSorted();

/** A certificate as `issue` makes it, but with so few days to live. */
const shortLived = async (authority: Credentials, subject: readonly [string, ...string[]], days: number) => {
  const { cert, key } = await issue(authority, subject);
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-short-'));
  try {
    const { publicKey } = new X509Certificate(cert);
    writeFileSync(join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    writeFileSync(join(folder, 'extensions'), leafExtensions(subject));
    const { command, args } = leafCommand(folder, subject, '01');
    const changed = args.map((word, index) => (args[index - 1] === '-days' ? String(days) : word));
    return { key, cert: await programOutput({ command, args: changed }, { input: authority.key }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

suite('certificates of an inventory', () => {
  const inventory = threeServers();
  let secrets: Secrets;
  before(async () => {
    secrets = await completeSecrets(inventory);
  });

  test('each server’s has its name, its address, and those of loopback, where routers and tools call it', () => {
    const servers = Object.entries(inventory.servers);
    assert.equal(servers.length, 3);
    for (const [name, { address }] of servers) {
      const wanted = ['DNS:localhost', `DNS:${name}`, 'IP Address:127.0.0.1', `IP Address:${address}`];
      assert.deepEqual(namesOf(secrets.pki.servers[name]!), wanted.toSorted());
    }
  });

  test('the edge’s has the site’s name, the VIP, and every server’s own address', () => {
    const addresses = ['10.77.0.100', '10.77.0.11', '10.77.0.12', '10.77.0.13'];
    const wanted = ['DNS:halyard.test', ...addresses.map((address) => `IP Address:${address}`)];
    assert.deepEqual(namesOf(secrets.edge), wanted.toSorted());
  });

  test('a server’s may be shown by a server and by a client, and vouches for nobody', () => {
    const leaf = new X509Certificate(secrets.pki.servers['s1']!.cert);
    assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    assert.equal(leaf.ca, false);
    assert.equal(new X509Certificate(secrets.pki.ca.cert).ca, true);
  });

  test('they live shorter than browsers bear, and their authority longer than all', () => {
    assert.ok(daysLeft(secrets.edge) > 700 && daysLeft(secrets.edge) < 825);
    assert.ok(daysLeft(secrets.pki.ca) > 3_600);
  });

  test('the site’s authority and the servers’ are two: who trusts the site trusts no server with it', () => {
    const edge = new X509Certificate(secrets.edge.cert);
    assert.ok(edge.verify(new X509Certificate(secrets.edge.ca_cert!).publicKey));
    assert.ok(!edge.verify(new X509Certificate(secrets.pki.ca.cert).publicKey));
  });

  test('a client that trusts the authority gets through, by name and by address; one that does not, does not', async () => {
    const { cert, key } = secrets.pki.servers['s1']!;
    const server = createServer({ cert, key }, (socket) => socket.on('error', () => {}).end('hello')).listen(
      0,
      '127.0.0.1',
    );
    server.on('tlsClientError', () => {});
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const greet = async (options: object): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port, ...options });
      try {
        return String(((await once(socket, 'data')) as [Buffer])[0]);
      } finally {
        socket.destroy();
      }
    };
    try {
      assert.equal(await greet({ ca: secrets.pki.ca.cert, servername: 's1' }), 'hello');
      assert.equal(await greet({ ca: secrets.pki.ca.cert }), 'hello');
      await assert.rejects(greet({ ca: secrets.pki.ca.cert, servername: 's2' }), /altnames/i);
      await assert.rejects(greet({ ca: secrets.edge.ca_cert }), /verify|self.signed|issuer/i);
    } finally {
      server.close();
    }
  });

  test('nothing is made anew as long as all is well', async () => {
    assert.deepEqual(await completeSecrets(inventory, secrets), secrets);
  });

  test('what expires within a quarter is renewed, and nothing else', async () => {
    const subject = ['s2', 'localhost', '10.77.0.12', '127.0.0.1'] as const;
    const [soon, later] = [
      await shortLived(secrets.pki.ca, subject, 89),
      await shortLived(secrets.pki.ca, subject, 92),
    ];
    const withServer = (s2: Credentials): Secrets => ({
      ...secrets,
      pki: { ...secrets.pki, servers: { ...secrets.pki.servers, s2 } },
    });
    assert.deepEqual(await completeSecrets(inventory, withServer(later)), withServer(later));
    const renewed = await completeSecrets(inventory, withServer(soon));
    const { s2 } = renewed.pki.servers;
    assert.ok(s2 && s2.cert !== soon.cert && s2.key !== soon.key && daysLeft(s2) > 700);
    assert.deepEqual({ ...withServer(s2) }, renewed);
  });

  test('the same holds for the site’s own certificate, whose authority stays, since people have installed it', async () => {
    const authority = { cert: secrets.edge.ca_cert!, key: secrets.edge.ca_key! };
    const subject = ['halyard.test', '10.77.0.100', '10.77.0.11', '10.77.0.12', '10.77.0.13'] as const;
    const soon = await shortLived(authority, subject, 30);
    const { edge } = await completeSecrets(inventory, { ...secrets, edge: { ...secrets.edge, ...soon } });
    assert.ok(daysLeft(edge) > 700);
    assert.equal(edge.ca_cert, secrets.edge.ca_cert);
  });

  test('a server that got another address gets another certificate; one that is gone loses its own', async () => {
    const { s1, s2 } = inventory.servers;
    const servers = { s1: s1!, s2: { ...s2!, address: '10.77.0.22' } };
    const changed = await completeSecrets({ ...inventory, servers }, secrets);
    assert.deepEqual(Object.keys(changed.pki.servers), ['s1', 's2']);
    assert.deepEqual(changed.pki.servers['s1'], secrets.pki.servers['s1']);
    assert.ok(namesOf(changed.pki.servers['s2']!).includes('IP Address:10.77.0.22'));
    assert.notEqual(changed.edge.cert, secrets.edge.cert);
  });

  test('a certificate of another authority is replaced', async () => {
    const subject = ['s1', 'localhost', '10.77.0.11', '127.0.0.1'] as const;
    const other = await makeAuthority('somebody else');
    assert.equal(isDue(await issue(other, subject), secrets.pki.ca, subject), true);
    assert.equal(isDue(secrets.pki.servers['s1']!, secrets.pki.ca, subject), false);
  });

  test('a key stands in no list of processes: openssl gets it through a pipe', () => {
    const { args } = leafCommand('/tmp/x', ['s1'], '01');
    assert.ok(args.includes('/dev/stdin'));
    assert.ok(!args.join(' ').includes('PRIVATE'));
    assert.equal(opensslWithKey(['req']).command, 'sh');
  });
});

suite('a certificate that the operator brings', () => {
  let authority: Credentials;
  let good: Credentials;
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-brought-'));
  after(() => rmSync(folder, { recursive: true }));
  before(async () => {
    authority = await makeAuthority('a public authority');
    good = await issue(authority, ['halyard.test', 'www.halyard.test']);
  });

  test('is taken when it is for the site, with its key, and valid', () => {
    assert.deepEqual(certificateFaults(good, 'halyard.test'), []);
  });

  test('is refused when it is for another site, and says for which', () => {
    assert.deepEqual(certificateFaults(good, 'example.org'), [
      'tls.certificate_file: is for halyard.test, www.halyard.test, not for site.host example.org',
    ]);
  });

  test('is refused when it has expired', () => {
    const [fault = ''] = certificateFaults(good, 'halyard.test', Date.now() + 731 * day);
    assert.match(fault, /^tls\.certificate_file: expired on /);
  });

  test('is refused with the key of another one, with a key that is none, and when it is none itself', async () => {
    const other = await issue(authority, ['halyard.test']);
    const faultsWith = (given: Partial<Credentials>) => certificateFaults({ ...good, ...given }, 'halyard.test');
    assert.deepEqual(faultsWith({ key: other.key }), ['tls.key_file: is not the key of tls.certificate_file']);
    assert.deepEqual(faultsWith({ key: 'x' }), ['tls.key_file: holds no private key without a password (PEM)']);
    assert.deepEqual(faultsWith({ cert: 'x' }), ['tls.certificate_file: holds no certificate (PEM)']);
  });

  test('is read relative to the inventory, kept as it is, and told by its key when it cannot be read', async () => {
    writeFileSync(join(folder, 'site.pem'), good.cert);
    writeFileSync(join(folder, 'site.key'), good.key);
    const inventory = threeServers();
    const tls = { certificate: 'files', certificate_file: 'site.pem', key_file: 'site.key', http3: false } as const;
    const own = { ...inventory, file: join(folder, 'mine.yml'), tls };
    assert.deepEqual((await completeSecrets(own)).edge, good);
    const lost = { ...own, tls: { ...tls, key_file: 'none.key' } };
    await assert.rejects(completeSecrets(lost), /mine\.yml has a fault:\n {2}tls\.key_file: cannot be read: ENOENT/);
  });
});
