import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { issue, makeAuthority, type Subject } from '@scale-up/infra/inventory/pki.ts';
import { type DatabaseOptions, openDatabase, statement } from '../src/index.ts';
import { TestCluster } from './cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'scale-up-tls-'));
after(() => rmSync(folder, { recursive: true }));
const cluster = await TestCluster.start();
const [authority, stranger] = [await makeAuthority('Ours'), await makeAuthority('Another')];
for (const [name, { cert }] of Object.entries({ authority, stranger })) writeFileSync(join(folder, name), cert);

const asking = (ca: 'authority' | 'stranger', url = cluster.url): string =>
  `${url}?sslmode=verify-full&sslrootcert=${join(folder, ca)}`;

const withDatabase = async <Result>(
  url: string,
  work: (database: ReturnType<typeof openDatabase>) => Promise<Result>,
  options: Partial<DatabaseOptions> = {},
): Promise<Result> => {
  const database = openDatabase({ url, poolSize: 2, applicationName: 'tls', ...options });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
};

const encryption = statement<{ version: string | null }>(
  'encryption',
  'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
);
const versionOf = (url: string, options?: Partial<DatabaseOptions>) =>
  withDatabase(url, async (database) => (await database.first(encryption))?.version, options);

/** Gives the server a certificate; it is used by connections from then on. */
const certify = async (...subject: Subject): Promise<void> => {
  const { cert, key } = await issue(authority, subject);
  await withDatabase(cluster.url, async ({ script }) => {
    const [row] = (await script('SHOW data_directory')) as { data_directory: string }[];
    const data = row?.data_directory ?? '';
    const { uid, gid } = statSync(data);
    for (const [name, text] of [
      ['server.crt', cert],
      ['server.key', key],
    ] as const) {
      writeFileSync(join(data, name), text, { mode: 0o600 });
      chownSync(join(data, name), uid, gid);
    }
    await script("ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.3'");
    await script('ALTER SYSTEM SET ssl = on');
    await script('SELECT pg_reload_conf(), pg_sleep(1)');
  });
};

test('a server without TLS is not used by who asks for it', async () => {
  await assert.rejects(versionOf(asking('authority')), /does not support SSL/);
});

test('with the certificate that the inventory makes, the address of the router is enough, and all is encrypted', async () => {
  await certify('db-1', 'localhost', '10.20.0.1', '127.0.0.1');
  assert.equal(await versionOf(asking('authority')), 'TLSv1.3');
  assert.equal(await versionOf(asking('authority', cluster.url.replace('127.0.0.1', 'localhost'))), 'TLSv1.3');
});

test('of several addresses each is asked over TLS', async () => {
  const url = asking('authority').replace('@127.0.0.1', '@127.0.0.1:1,127.0.0.1');
  assert.equal(await versionOf(url, { role: 'primary' }), 'TLSv1.3');
});

test('a server whose certificate is from another authority is refused at once, also by who would wait for it', async () => {
  const hold = { time: 20_000, callers: 10, bytes: 1_000_000 };
  const begun = performance.now();
  await assert.rejects(versionOf(asking('stranger'), { hold }), /certificate/);
  assert.ok(performance.now() - begun < 5_000);
});

test('when an encrypted connection is ended, what was asked for is done on another one', async () => {
  const hold = { time: 20_000, callers: 10, bytes: 1_000_000 };
  await withDatabase(
    asking('authority'),
    async (database) => {
      await database.first(encryption);
      await withDatabase(cluster.url, ({ script }) =>
        script(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tls' AND pid <> pg_backend_pid()`,
        ),
      );
      assert.equal((await database.first(encryption))?.version, 'TLSv1.3');
    },
    { hold },
  );
});

test('a certificate of the right authority for somebody else is refused', async () => {
  await certify('db-2', '10.20.0.2');
  await assert.rejects(versionOf(asking('authority')), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});
