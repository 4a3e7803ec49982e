import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { messageOf } from './message.ts';

/** Both are asked: a browser may take `localhost` for either. */
const loopback = ['127.0.0.1', '::1'];

const canListen = async (host: string, port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return false;
    // A machine without IPv6.
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return true;
    throw new Error(`port ${port} cannot be used: ${messageOf(error)}`, { cause: error });
  } finally {
    server.close();
  }
};

const isFree = async (port: number): Promise<boolean> => {
  for (const host of loopback) if (!(await canListen(host, port))) return false;
  return true;
};

/** Ports that this process has for as long as it lives. */
const reserved = new Set<number>();

/**
 * Keeps a port from other processes of this project: two that look at the same time both find it free, and what listens there may be
 * down for a while and come back. By an abstract socket, which needs no file and ends with its process (unix(7)); Linux only.
 */
const reserve = async (port: number): Promise<boolean> => {
  if (reserved.has(port) || process.platform !== 'linux') return true;
  const server = createServer();
  try {
    server.listen(`\0scale-up-port-${port}`);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.unref();
  reserved.add(port);
  return true;
};

const attempts = 50;
const highest = 65_535;

/**
 * The wanted port, or the next free one above it; no other process that asks here gets it while this one lives.
 * @param wanted where to begin
 * @param taken ports already promised to others
 * @param onBusy told of each port that is in use
 * @throws Error when none is found, or the wanted one may not be used at all
 */
export const findPort = async (
  wanted: number,
  taken: Set<number>,
  onBusy: (port: number) => void = () => {},
): Promise<number> => {
  for (let port = wanted; port < wanted + attempts && port <= highest; port++) {
    if (taken.has(port)) continue;
    if ((await isFree(port)) && (await reserve(port))) {
      taken.add(port);
      return port;
    }
    onBusy(port);
  }
  throw new Error(`no free port between ${wanted} and ${wanted + attempts - 1}`);
};

/**
 * The port that a variable asks for.
 * @throws Error with a sentence when it is no port
 */
export const wantedPort = (variable: string, fallback: number): number => {
  const text = process.env[variable];
  if (!text) return fallback;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > highest) throw new Error(`${variable} must be a port, 1 to ${highest}, not "${text}".`);
  return port;
};

/** Who listens on a port, such as `nginx (process 812)`: Linux only, and only what this user may see. */
export const holderOf = (port: number): string => {
  try {
    const socket = `socket:[${listeningInode(port)}]`;
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && descriptorsOf(name).includes(socket));
    if (pid) return `${nameOf(pid)} (process ${pid})`;
  } catch {
    // Not Linux, or gone in between.
  }
  return 'another process';
};

/** A program's name, and for an interpreter the script it runs; never other arguments, which may hold secrets. */
const nameOf = (pid: string): string => {
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const script = args.find((arg) => /\.(ts|mjs|js|py|rb|jar)$/.test(arg));
  return [basename(program), script].filter(Boolean).join(' ');
};

/** The tables' columns: slot, local address, remote address, state (0A is LISTEN), …, inode (tenth). */
const listeningInode = (port: number): string | undefined => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((table) => existsSync(table))
    .flatMap((table) => readFileSync(table, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')?.[9];
};

/** What the descriptors of a process lead to, such as `socket:[4711]`; nothing where it is gone, or on another system than Linux. */
export const descriptorsOf = (pid: string): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => targetOf(`/proc/${pid}/fd/${descriptor}`));
  } catch {
    return [];
  }
};

/** Empty for one that was closed since it was listed. */
const targetOf = (link: string): string => {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
};
