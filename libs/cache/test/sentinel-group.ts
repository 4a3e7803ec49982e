import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { findRedisProgram } from '@scale-up/infra/local/redis.ts';
import { Redis } from 'ioredis';
import type { Sentinels } from '../src/index.ts';
import { within } from './within.ts';

const password = 'of the default user';
const adminPassword = 'of the administrator';

/** What the servers' own configuration allows whom, where nothing is measured. */
const accessRules = (file: 'server.acl.j2' | 'sentinel.acl.j2'): string =>
  readFileSync(new URL(`../../../infra/roles/valkey/templates/${file}`, import.meta.url), 'utf8')
    .replace(/{% if observability\.servers %}\n.*{% endif %}\n/s, '')
    .replaceAll("{{ secrets.valkey_password | hash('sha256') }}", sha256(password))
    .replaceAll("{{ valkey_admin_password | hash('sha256') }}", sha256(adminPassword));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export type Member = {
  readonly port: number;
  readonly admin: Redis;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly kill: () => Promise<void>;
};

export type SentinelGroup = {
  readonly servers: readonly Member[];
  readonly sentinels: readonly Member[];
  /** What a client is told. */
  readonly settings: Sentinels & { readonly password: string };
  /** The port of the server that most Sentinels take for the primary, and that takes itself for it. */
  readonly primaryPort: () => Promise<number | undefined>;
  readonly stop: () => Promise<void>;
};

const startMember = (args: string[], folder: string, port: number): Member => {
  const program = findRedisProgram();
  if (!program) throw new Error('These tests need a real server: install valkey-server or redis-server.');
  const launch = dyingWithParent('SIGTERM', { command: program, args });
  const child: ChildProcess = spawn(launch.command, launch.args, { cwd: folder, stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const admin = new Redis({
    port,
    username: 'admin',
    password: adminPassword,
    retryStrategy: () => 100,
    // A frozen one would be waited for without end.
    commandTimeout: 1_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  admin.on('error', () => {});
  return {
    port,
    admin,
    signal: (name) => void child.kill(name),
    kill: async () => {
      admin.disconnect();
      child.kill('SIGKILL');
      await exited;
    },
  };
};

/** Three servers and three Sentinels with the settings of infra/roles/valkey, all on loopback. */
export const startSentinelGroup = async (): Promise<SentinelGroup> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-sentinel-'));
  const taken = new Set<number>();
  const wanted = 27_600 + (process.pid % 1_000);
  const serverPorts = [await findPort(wanted, taken), await findPort(wanted, taken), await findPort(wanted, taken)];
  const sentinelPorts = [await findPort(wanted, taken), await findPort(wanted, taken), await findPort(wanted, taken)];
  const first = serverPorts[0] as number;
  const own = (port: number): string => {
    const path = join(folder, String(port));
    mkdirSync(path);
    return path;
  };
  const servers = serverPorts.map((port) => {
    const path = own(port);
    writeFileSync(join(path, 'acl'), accessRules('server.acl.j2'));
    const lines = [
      `bind 127.0.0.1\nport ${port}\ndir ${path}\naclfile ${join(path, 'acl')}\nsave ""\nrepl-diskless-sync-delay 0`,
      `masteruser admin\nmasterauth "${adminPassword}"`,
      port === first ? '' : `replicaof 127.0.0.1 ${first}`,
    ];
    writeFileSync(join(path, 'conf'), lines.join('\n'));
    return startMember([join(path, 'conf')], path, port);
  });
  const sentinels = sentinelPorts.map((port) => {
    const path = own(port);
    writeFileSync(join(path, 'acl'), accessRules('sentinel.acl.j2'));
    const lines = [
      `bind 127.0.0.1\nport ${port}\ndir ${path}\naclfile ${join(path, 'acl')}`,
      `sentinel monitor scale-up 127.0.0.1 ${first} 2`,
      `sentinel sentinel-user admin\nsentinel sentinel-pass "${adminPassword}"`,
      `sentinel auth-user scale-up admin\nsentinel auth-pass scale-up "${adminPassword}"`,
      'sentinel down-after-milliseconds scale-up 1000\nsentinel failover-timeout scale-up 5000',
      'sentinel parallel-syncs scale-up 2\n',
    ];
    writeFileSync(join(path, 'conf'), lines.join('\n'));
    return startMember([join(path, 'conf'), '--sentinel'], path, port);
  });
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, ...servers].map((member) => member.kill()));
    rmSync(folder, { recursive: true });
  };
  try {
    await within(30_000, 'everyone knows everyone', () => isComplete(sentinels));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    servers,
    sentinels,
    settings: { sentinels: sentinelPorts.map((port) => ({ host: '127.0.0.1', port })), password },
    primaryPort: () => primaryOf(servers, sentinels),
    stop,
  };
};

/** A fail-over needs two Sentinels that know each other, and a replica that each of them has seen. */
const isComplete = async (sentinels: readonly Member[]): Promise<boolean> => {
  for (const { admin } of sentinels) {
    if (admin.status !== 'ready') return false;
    const [state] = (await admin.call('SENTINEL', 'MASTERS')) as (string[] | Record<string, string>)[];
    const fields = Array.isArray(state) ? pairsOf(state) : (state ?? {});
    if (fields['num-other-sentinels'] !== '2' || fields['num-slaves'] !== '2' || fields['flags'] !== 'master')
      return false;
    const replicas = (await admin.call('SENTINEL', 'REPLICAS', 'scale-up')) as (string[] | Record<string, string>)[];
    const all = replicas.map((replica) => (Array.isArray(replica) ? pairsOf(replica) : replica));
    if (!all.every((replica) => replica['flags'] === 'slave' && replica['master-link-status'] === 'ok')) return false;
  }
  return true;
};

const pairsOf = (list: readonly string[]): Record<string, string> =>
  Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? '']] : [])));

const primaryOf = async (servers: readonly Member[], sentinels: readonly Member[]): Promise<number | undefined> => {
  const votes = await Promise.all(
    sentinels
      .filter(({ admin }) => admin.status === 'ready')
      .map(async ({ admin }) => {
        const answer = await admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'scale-up').catch(() => []);
        return Number((answer as string[])[1]);
      }),
  );
  const port = votes.find((vote) => votes.filter((other) => other === vote).length >= 2);
  const server = servers.find((one) => one.port === port);
  if (server?.admin.status !== 'ready') return undefined;
  const [role] = await server.admin.role().catch(() => ['away']);
  return role === 'master' ? port : undefined;
};
