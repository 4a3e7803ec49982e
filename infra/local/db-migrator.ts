import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { localFolder, root } from './paths.ts';
import { localSecrets } from './secrets.ts';

/** The database of a running `npm start`, as the owner of the schema; its port is the fourth line of PostgreSQL's own pid file. */
const localDatabase = (): NodeJS.ProcessEnv => {
  const pidFile = `${localFolder}postgres/data/postmaster.pid`;
  if (!existsSync(pidFile)) return {};
  const port = readFileSync(pidFile, 'utf8').split('\n')[3];
  const { owner, demo } = localSecrets();
  return {
    MIGRATION_DATABASE_URL: `postgres://scale_up_owner:${owner}@127.0.0.1:${port}/scale_up`,
    DEMO_PASSWORD: demo,
  };
};

// Run by db-migrator's Nx targets: on the database that the environment names, else on that of a running npm start.
const env = process.env.MIGRATION_DATABASE_URL ? process.env : { ...process.env, ...localDatabase() };
const args = ['apps/db-migrator/src/main.ts', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
