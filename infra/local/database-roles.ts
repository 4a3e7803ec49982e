import { openDatabase, statement } from '@scale-up/database';
import type { Postgres } from './postgres.ts';
import type { Secrets } from './secrets.ts';

const names = statement<{ name: string }>(
  'local-names',
  `SELECT rolname AS name FROM pg_roles UNION ALL SELECT datname FROM pg_database`,
);

export type DatabaseUrls = { readonly owner: string; readonly app: string };

/**
 * Makes, where they are missing, the role that owns the schema, the role of the application, and the database.
 * @returns the addresses of both
 */
export const createRoles = async (postgres: Pick<Postgres, 'url'>, secrets: Secrets): Promise<DatabaseUrls> => {
  const database = openDatabase({
    url: postgres.url('postgres', secrets.postgres, 'postgres'),
    poolSize: 1,
    applicationName: 'local',
  });
  try {
    const known = new Set((await database.query(names)).map(({ name }) => name));
    const roles = [
      ['scale_up_owner', secrets.owner],
      ['scale_up_app', secrets.app],
    ];
    for (const [role = '', password] of roles) {
      if (!known.has(role)) await database.script(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    }
    if (!known.has('scale_up')) await database.script('CREATE DATABASE scale_up OWNER scale_up_owner');
  } finally {
    await database.close();
  }
  return {
    owner: postgres.url('scale_up_owner', secrets.owner, 'scale_up'),
    app: postgres.url('scale_up_app', secrets.app, 'scale_up'),
  };
};
