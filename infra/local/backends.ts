import { basename } from 'node:path';
import { createRoles, type DatabaseUrls } from './database-roles.ts';
import { localFolder } from './paths.ts';
import { findPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { findRedisProgram, startRedis } from './redis.ts';
import type { Child } from './running.ts';
import type { Secrets } from './secrets.ts';
import { print, step } from './terminal.ts';

/** Is told of each process that was started here. */
export type OnStarted = (name: string, process: Child) => void;

/** The database that DATABASE_URL names, or an embedded PostgreSQL whose data stays in .local/. */
export const startDatabase = (
  secrets: Secrets,
  ports: Set<number>,
  onStarted: OnStarted,
  signal: AbortSignal,
): Promise<DatabaseUrls> =>
  step('PostgreSQL', async () => {
    const own = process.env.DATABASE_URL;
    if (own) {
      const url = URL.parse(own);
      if (!url?.host)
        throw new Error('DATABASE_URL must be a URL such as postgres://role:password@127.0.0.1:5432/name.');
      const { host, pathname } = url;
      return { result: { owner: own, app: own }, shown: `${host}${pathname}, as DATABASE_URL says` };
    }
    const port = await findPort(15_432, ports);
    const options = { folder: `${localFolder}postgres`, port, password: secrets.postgres };
    const postgres = await startPostgres(options, signal);
    onStarted('PostgreSQL', postgres);
    return {
      result: await createRoles(postgres, secrets).catch(explainPassword),
      shown: `127.0.0.1:${port}, data in .local/postgres`,
    };
  });

const explainPassword = (error: unknown): never => {
  if ((error as { code?: string }).code !== '28P01') throw error;
  throw new Error(
    '.local/postgres was made with other secrets than .local/secrets.json: delete .local to start afresh.',
    {
      cause: error,
    },
  );
};

/** The Valkey or Redis that REDIS_URL names, or an installed one, or none. */
export const startCache = async (
  ports: Set<number>,
  onStarted: OnStarted,
  signal: AbortSignal,
): Promise<string | undefined> => {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const program = findRedisProgram();
  if (!program) {
    print('  – Valkey       not installed (valkey-server or redis-server): the site works, counters are not shared');
    return undefined;
  }
  return step('Valkey', async () => {
    const redis = await startRedis(program, `${localFolder}redis`, await findPort(16_379, ports), signal);
    onStarted('Valkey', redis);
    return { result: redis.url, shown: `${redis.url.slice(8)}, ${basename(program)}` };
  });
};
