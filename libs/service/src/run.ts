import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracing } from '@scale-up/tracing';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import { createOpsServer, type MoreAnswers } from './ops.ts';

export type Address = { readonly host: string; readonly port: number };

export type RunningParts = {
  readonly server: FastifyInstance;
  readonly health: Health;
  readonly metrics: Registry;
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** Shown in health answers. */
  readonly release: string;
  readonly listen: Address;
  readonly ops: Address & { readonly more?: MoreAnswers };
  /** How long a stopping process still accepts, and how long requests in flight may take, in milliseconds. */
  readonly drain: { readonly delay: number; readonly limit: number };
  /** What must be true before the process is ready, such as a compatible schema; it may wait and must not throw. */
  readonly started?: () => Promise<void>;
};

/**
 * Runs a service until SIGTERM or SIGINT, then drains it: not ready → still accepting for `drain.delay` → closed for new
 * connections → requests in flight finish → pools closed (the server's onClose hooks) → traces sent → exit 0. Past `drain.limit` the exit code
 * is 1. A second signal changes nothing. A port that is taken ends the process with a sentence and exit code 1.
 */
export const run = async (parts: RunningParts): Promise<void> => {
  const { server, health, logger } = parts;
  const ops = createOpsServer(health, parts.metrics, parts.release, parts.ops.more);
  const closeSilent = watchSilentConnections(server.server);
  dieOfWhatNobodyCaught(logger);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return logger.info({ signal }, 'already draining');
    stopping = true;
    drain(parts, ops, closeSilent, signal).then(
      (code) => process.exit(code),
      (error: unknown) => {
        logger.fatal({ err: error }, 'drain failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    ops.listen(parts.ops.port, parts.ops.host);
    await once(ops, 'listening');
    await server.listen(parts.listen);
  } catch (error) {
    exitForTakenPort(error, logger);
    throw error;
  }
  await parts.started?.();
  health.ready();
  logger.info({ address: server.server.address(), ops: ops.address() }, 'ready');
};

const drain = async (
  { server, health, logger, tracing, drain: times }: RunningParts,
  ops: Server,
  closeSilent: () => void,
  signal: string,
): Promise<number> => {
  logger.info({ signal, delay_ms: times.delay, limit_ms: times.limit }, 'draining');
  health.draining();
  await sleep(times.delay);
  // An answer that had begun before the signal leaves its connection open, idle until a client that does not know closes it.
  const sweep = setInterval(() => {
    server.server.closeIdleConnections();
    closeSilent();
  }, 50);
  const limit = new AbortController();
  const outcome = await Promise.race([
    server.close().then(() => 0),
    sleep(times.limit, 1, { signal: limit.signal }).catch(() => 0),
  ]);
  limit.abort();
  clearInterval(sweep);
  await Promise.all([sleep(settling), tracing.close()]);
  if (outcome === 0) logger.info('drained');
  else logger.error({ limit_ms: times.limit }, 'drain limit passed with requests in flight');
  ops.close();
  return outcome;
};

/**
 * Milliseconds of rest before the process exits. process.exit() joins V8's threads; one that compiles and wants the main thread to
 * collect garbage waits for ever then, and so does the exit (seen with Node 24.21: Maglev in AwaitCollectionBackground). Compiling
 * takes a few milliseconds, and a main thread at rest does the collecting.
 */
const settling = 100;

/** Milliseconds a new connection may take to send its first byte once the process drains: several round trips of a slow network. */
const silence = 1_000;

/**
 * Browsers open connections in advance and send nothing on them; Node counts those as busy, and they would hold a drain to its limit.
 * @returns closes those that have been silent for a second
 */
const watchSilentConnections = (server: NetServer): (() => void) => {
  const since = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    since.set(socket, performance.now());
    socket.once('close', () => since.delete(socket));
  });
  return () => {
    for (const [socket, opened] of since) {
      if (socket.bytesRead === 0 && performance.now() - opened > silence) socket.destroy();
    }
  };
};

const dieOfWhatNobodyCaught = (logger: Logger): void => {
  // State is unknown after either, so the process ends at once and its supervisor starts a new one.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      process.exit(1);
    });
  }
};

const exitForTakenPort = (error: unknown, logger: Logger): void => {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return;
  const reason = {
    EADDRINUSE: 'is in use by another process',
    EACCES: 'needs rights that this user does not have',
    EADDRNOTAVAIL: 'is no address of this machine',
  }[code];
  logger.fatal({ code, address, port }, `cannot listen: ${address}:${port} ${reason}`);
  process.exit(1);
};
