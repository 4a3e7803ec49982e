import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig } from 'pg';
import type { UnderWay } from './under-way.ts';
import { verdictOf, WrongRole } from './verdict.ts';

/** Which server is wanted: the primary, a standby, or whichever answers. */
export type Role = 'primary' | 'standby' | 'any';

const severalHosts = /^([a-z]+:\/\/(?:[^@/?]*@)?)([^/?]+)(.*)$/i;

/**
 * The addresses in a connection string, which may name several hosts as libpq's may (PostgreSQL manual 32.1.1.3):
 * `postgres://role@one:5432,two:5432/name`.
 */
export const addressesOf = (url: string | readonly string[]): string[] =>
  [url].flat().flatMap((text) => {
    const parts = severalHosts.exec(text);
    // No host in its place: a socket's folder, which stands in the query string.
    if (!parts) return [text];
    const [, start = '', hosts = '', rest = ''] = parts;
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

const probe = async (address: string, role: Role, config: ClientConfig, underWay: UnderWay): Promise<string> => {
  const socket = new Socket();
  underWay.begin(socket);
  const client = new Client({ ...config, connectionString: address, stream: () => socket });
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
    // A goodbye would wait for the answer of a frozen server, and leave a connection for each probe behind.
    socket.destroy();
  }
};

/** Milliseconds after which a probe holds up the others no longer: a frozen server must not hide that another was promoted. */
const roundTime = 250;

/**
 * What looks for a server in the wanted role: all addresses are asked at once, each by one probe at a time.
 * @param underWay told of the probes' connections
 * @returns gives the first address that answers so; where none does, one that answers that it is busy: whoever goes there learns more.
 * Throws an error that may pass when there is none, else the first.
 */
export const openSearch = (
  addresses: readonly string[],
  role: Role,
  config: ClientConfig,
  underWay: UnderWay,
): (() => Promise<string>) => {
  const probes = new Map<string, Promise<string>>();
  const probeOf = (address: string): Promise<string> => {
    const running = probes.get(address) ?? probe(address, role, config, underWay).finally(() => probes.delete(address));
    probes.set(address, running);
    // It may end when nobody waits for it any more.
    running.catch(() => {});
    return running;
  };
  return async () => {
    const limit = new AbortController();
    const late = sleep(roundTime, undefined, { signal: limit.signal }).then(() => {
      throw new Error('Query read timeout');
    });
    late.catch(() => {});
    try {
      return await Promise.any(addresses.map((address) => Promise.race([probeOf(address), late])));
    } catch (error) {
      const { errors } = error as AggregateError;
      const verdicts = errors.map(verdictOf);
      const busy = addresses[verdicts.indexOf('busy')];
      if (busy !== undefined) return busy;
      throw errors[Math.max(0, verdicts.indexOf('away'))];
    } finally {
      limit.abort();
    }
  };
};
