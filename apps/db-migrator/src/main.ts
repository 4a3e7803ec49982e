import { type Config, readConfigOrExit } from '@scale-up/config';
import type { Database } from '@scale-up/database';
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

/** Does what a verb says and gives the text to print. */
type Verb = (database: Database, config: Config<'db-migrator'>, argument: string) => Promise<string>;

const verbs: Record<string, Verb> = {
  up: async (database) =>
    (await up(database)).map((name) => `applied ${name}\n`).join('') || 'the schema is up to date\n',
  status: async (database) => `${(await status(database)).join('\n')}\n`,
  seed: async (database, config) => `${await seed(database, config.DEMO_PASSWORD)}\n`,
  'grant-admin': async (database, _config, email) => `${await grantAdmin(database, email)} is an admin\n`,
};

/** The process of db-migrator: one verb, one exit code. */
const main = async (): Promise<void> => {
  const [name = '', argument, ...rest] = process.argv.slice(2);
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (name === '--help' || name === '-h') {
    process.stdout.write(usage);
  } else if (!verb || rest.length > 0 || (name === 'grant-admin') !== (argument !== undefined)) {
    process.stderr.write(usage);
    process.exitCode = usageExitCode;
  } else {
    await run(name, verb, argument ?? '');
  }
};

const run = async (name: string, verb: Verb, argument: string): Promise<void> => {
  const config = readConfigOrExit('db-migrator');
  let database: Database | undefined;
  try {
    database = await connect(config);
    process.stdout.write(await verb(database, config, argument));
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof Refusal) process.stderr.write(`db-migrator: ${error.message}\n`);
    else await logFatal(config, error, `${name} failed`);
  } finally {
    await database?.close();
  }
};

const logFatal = async (config: Config<'db-migrator'>, error: unknown, message: string): Promise<void> => {
  // Only here, because loading it takes longer than everything that db-migrator usually does.
  const { createLogger } = await import('@scale-up/service');
  createLogger('db-migrator', config).fatal({ err: error }, message);
};

if (import.meta.main) await main();
