import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig } from 'pg';
import { WrongRole } from './verdict.ts';

/** Which server is wanted: the primary, a standby, or whichever answers. */
export type Role = 'primary' | 'standby' | 'any';

const severalHosts = /^([a-z]+:\/\/(?:[^@/?]*@)?)([^/?]+)(.*)$/i;

/**
 * The addresses in a connection string, which may name several hosts as libpq's may (PostgreSQL manual 32.1.1.3):
 * `postgres://role@one:5432,two:5432/name`.
 */
export const addressesOf = (url: string | readonly string[]): string[] =>
  [url].flat().flatMap((text) => {
    const [, start = '', hosts = text, rest = ''] = severalHosts.exec(text) ?? [];
    return hosts.split(',').map((host) => start + host + rest);
  });

/** @throws WrongRole when a server answers in another role */
export const requireRole = async (client: ClientBase, role: Role): Promise<void> => {
  if (role === 'any') return;
  const { rows } = await client.query<{ is_standby: boolean }>('SELECT pg_is_in_recovery() AS is_standby');
  if (rows[0]?.is_standby === (role === 'standby')) return;
  throw new WrongRole(`this server is ${role === 'primary' ? 'a standby' : 'the primary'}`);
};

/** Milliseconds a probe waits: a server on the same network answers in a few; one that is frozen must not hold up the next probe. */
const probeTimeout = 1_000;

const probe = async (address: string, role: Role, config: ClientConfig): Promise<string> => {
  const client = new Client({ ...config, connectionString: address, connectionTimeoutMillis: probeTimeout });
  client.on('error', () => {});
  const limit = new AbortController();
  try {
    await Promise.race([
      client.connect().then(() => requireRole(client, role)),
      sleep(probeTimeout, undefined, { signal: limit.signal }).then(() => {
        throw new Error('Query read timeout');
      }),
    ]);
    return address;
  } finally {
    limit.abort();
    // Not waited for: a frozen server does not answer this either.
    client.end().catch(() => {});
  }
};

/**
 * The first address at which a server in the wanted role answers; all are asked at once.
 * @throws the first address' error when none does
 */
export const findServer = async (addresses: readonly string[], role: Role, config: ClientConfig): Promise<string> => {
  const probes = addresses.map((address) => probe(address, role, config));
  try {
    return await Promise.any(probes);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
};
