import { readConfigOrExit } from '@scale-up/config';
import type { Database } from '@scale-up/database';
import { createLogger } from '@scale-up/service';
import { connect } from './connection.ts';
import { grantAdmin } from './grant-admin.ts';
import { Refusal } from './refusal.ts';
import { seed } from './seed.ts';
import { status } from './status.ts';
import { up } from './up.ts';

const usage = `usage: db-migrator <verb>
  up                  bring the schema to the newest version
  status              list the migrations, applied or pending
  seed                add the demo content (needs DEMO_PASSWORD); does nothing where it is
  grant-admin EMAIL   make an account an admin
`;

/** EX_USAGE of sysexits.h. */
const usageExitCode = 64;

/** The process of db-migrator: one verb, one exit code. */
const main = async (): Promise<void> => {
  const config = readConfigOrExit('db-migrator');

  const verbs: Record<string, (database: Database, argument: string | undefined) => Promise<string>> = {
    up: async (database) =>
      (await up(database)).map((name) => `applied ${name}\n`).join('') || 'the schema is up to date\n',
    status: async (database) => (await status(database)).join('\n') + '\n',
    seed: async (database) => `${await seed(database, config.DEMO_PASSWORD)}\n`,
    'grant-admin': async (database, email) => `${await grantAdmin(database, email ?? '')} is an admin\n`,
  };

  const [name = '', argument, ...rest] = process.argv.slice(2);
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (name === '--help' || name === '-h') {
    process.stdout.write(usage);
  } else if (!verb || rest.length > 0 || (name === 'grant-admin') !== (argument !== undefined)) {
    process.stderr.write(usage);
    process.exitCode = usageExitCode;
  } else {
    const database = connect(config);
    try {
      process.stdout.write(await verb(database, argument));
    } catch (error) {
      process.exitCode = 1;
      if (error instanceof Refusal) process.stderr.write(`db-migrator: ${error.message}\n`);
      else createLogger('db-migrator', config).fatal({ err: error }, `${name} failed`);
    } finally {
      await database.close();
    }
  }
};

if (import.meta.main) await main();
