import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@scale-up/database';
import { createRoles } from '@scale-up/infra/local/database-roles.ts';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { type Postgres, startPostgres } from '@scale-up/infra/local/postgres.ts';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { type Cluster, clusterVariable, templates } from './cluster.ts';

/** Tests lose nothing by a crash, so nothing is forced to disk; everything else is as on a server. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  // Errors that tests provoke are not news.
  log_min_messages: 'log',
};

let started: { readonly postgres: Postgres; readonly folder: string } | undefined;

/**
 * For `node --test --test-global-setup`: one PostgreSQL for all files of a run, with a migrated and a seeded database to copy.
 * Inside a run that has one already, nothing happens.
 */
export const globalSetup = async (): Promise<void> => {
  if (process.env[clusterVariable]) return;
  const secrets = makeSecrets();
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-test-'));
  const port = await findPort(25_432 + (process.pid % 1_000), new Set());
  const postgres = await startPostgres({ folder, port, password: secrets.postgres, settings });
  started = { postgres, folder };
  const urls = await createRoles(postgres, secrets);
  await runMigrator('up', { MIGRATION_DATABASE_URL: urls.owner });
  const admin = postgres.url('postgres', secrets.postgres, 'postgres');
  const database = openDatabase({ url: admin, poolSize: 1, applicationName: 'test setup' });
  try {
    await database.script(`ALTER DATABASE scale_up RENAME TO ${templates.migrated}`);
    await database.script(`CREATE DATABASE ${templates.demo} TEMPLATE ${templates.migrated} OWNER scale_up_owner`);
    await runMigrator('seed', {
      MIGRATION_DATABASE_URL: postgres.url('scale_up_owner', secrets.owner, templates.demo),
      DEMO_PASSWORD: secrets.demo,
    });
  } finally {
    await database.close();
  }
  const cluster: Cluster = { port, admin, secrets };
  process.env[clusterVariable] = JSON.stringify(cluster);
};

/** Its counterpart: ends the PostgreSQL and removes its files. */
export const globalTeardown = async (): Promise<void> => {
  if (!started) return;
  await started.postgres.stop();
  rmSync(started.folder, { recursive: true, force: true });
};
