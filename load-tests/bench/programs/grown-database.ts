import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { openDatabase } from '@scale-up/database';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { localFolder, root } from '@scale-up/infra/local/paths.ts';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { type Postgres, startPostgres } from '@scale-up/infra/local/postgres.ts';
import { localSecrets } from '@scale-up/infra/local/secrets.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { journalOf } from '../content/journal.ts';
import { shopOf } from '../content/shop.ts';
import { type SizeName, sizes } from '../content/sizes.ts';
import { type DatabaseServer, onOthers } from './database.ts';
import { remembered } from './running.ts';

const folder = `${localFolder}bench-databases/`;

/** A server of 4 GB would have these; PostgreSQL's own default is for a machine of 1998. */
const settings = {
  shared_buffers: '1GB',
  effective_cache_size: '3GB',
  work_mem: '16MB',
  max_wal_size: '3GB',
  checkpoint_timeout: '1h',
  fsync: 'off',
};

const start = async (data: string, more: Record<string, string> = {}): Promise<Postgres> =>
  startPostgres({
    folder: data,
    port: await findPort(29_432 + (process.pid % 1_000) * 3, new Set()),
    password: localSecrets().postgres,
    settings: { ...settings, ...more },
  });

const urlOf = (server: Postgres): string => server.url('postgres', localSecrets().postgres, 'postgres');

/** Everything that the content depends on: one that was made of something else is made anew. */
const keyOf = (name: SizeName): string => {
  const migrations = `${root}apps/db-migrator/migrations/`;
  const files = readdirSync(migrations)
    .toSorted()
    .map((file) => readFileSync(`${migrations}${file}`, 'utf8'));
  const text = [...files, journalOf(sizes[name]), shopOf(sizes[name])].join('\0');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
};

const script = async (url: string, text: string): Promise<void> => {
  const database = openDatabase({
    url,
    poolSize: 1,
    applicationName: 'bench',
    limits: { statement: 0, idleInTransaction: 0 },
  });
  try {
    await database.script(text);
  } finally {
    await database.close();
  }
};

/** Makes it: journal and shop side by side, one core for each. */
const make = async (name: SizeName, place: string): Promise<void> => {
  const began = performance.now();
  const { articles, users, orders } = sizes[name];
  const what = `${articles} articles, ${users} users, ${orders} orders`;
  print(dim(`  a database of ${what} is made, once${articles > 10_000 ? ': some minutes, 5 GB in .local' : ''}`));
  for (const other of existsSync(folder) ? readdirSync(folder) : [])
    if (other.startsWith(`${name}-`)) rmSync(`${folder}${other}`, { recursive: true, force: true });
  const part = `${folder}${name}-making`;
  mkdirSync(part, { recursive: true });
  const server = await start(part, {
    wal_level: 'minimal',
    max_wal_senders: '0',
    autovacuum: 'off',
    maintenance_work_mem: '512MB',
  });
  try {
    const url = urlOf(server);
    await runMigrator('up', { MIGRATION_DATABASE_URL: url });
    await Promise.all([script(url, journalOf(sizes[name])), script(url, shopOf(sizes[name]))]);
    await script(url, 'VACUUM (ANALYZE)');
  } finally {
    await server.stop();
  }
  renameSync(part, place);
  print(dim(`  made in ${Math.round((performance.now() - began) / 1_000)} s`));
};

/** A database of a size, on the core of what is not measured; it is kept in .local, and made where it is not there. */
export const startGrownDatabase = async (name: SizeName): Promise<DatabaseServer> => {
  const place = `${folder}${name}-${keyOf(name)}`;
  if (!existsSync(place)) await make(name, place);
  const server = await start(place);
  return remembered({ ...onOthers(place), url: urlOf(server), stop: () => server.stop() });
};
