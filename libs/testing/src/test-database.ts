import { randomBytes } from 'node:crypto';
import { openDatabase } from '@scale-up/database';
import { templates, testCluster } from './cluster.ts';

export type TestDatabase = {
  readonly name: string;
  /** As the role that owns the schema. */
  readonly ownerUrl: string;
  /** As the role of the application. */
  readonly appUrl: string;
  /** As PostgreSQL's superuser. */
  readonly adminUrl: string;
  /** Fails when somebody is still connected: a leaked client is a fault. */
  readonly drop: () => Promise<void>;
};

/** A database of a test file's own, copied in about 50 ms. */
export const createTestDatabase = async (content: keyof typeof templates = 'migrated'): Promise<TestDatabase> => {
  const { port, admin, secrets } = testCluster();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const asAdmin = async (sql: string): Promise<void> => {
    const database = openDatabase({ url: admin, poolSize: 1, applicationName: 'test database' });
    try {
      await database.script(sql);
    } finally {
      await database.close();
    }
  };
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${templates[content]} OWNER scale_up_owner`);
  const url = (role: string, password: string): string => `postgres://${role}:${password}@127.0.0.1:${port}/${name}`;
  return {
    name,
    ownerUrl: url('scale_up_owner', secrets.owner),
    appUrl: url('scale_up_app', secrets.app),
    adminUrl: url('postgres', secrets.postgres),
    drop: () => asAdmin(`DROP DATABASE ${name}`),
  };
};
