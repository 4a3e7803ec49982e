import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from '@scale-up/infra/local/launch.ts';

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };
export type LogLine = Record<string, unknown> & { msg?: string; level?: string };

export type ServiceProcess = {
  readonly pid: number;
  /** `http://host:port` of the service itself. */
  readonly url: string;
  /** The same of its ops port. */
  readonly opsUrl: string;
  /** Every log line so far. */
  logs(): LogLine[];
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL if that takes over 10 s. */
  stop(): Promise<Exit>;
};

export type ServiceOptions = {
  /** The file that Node runs, such as `apps/web/src/server.ts`. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
};

// What was started and has not ended; a test process that dies takes these with it.
const running = new Set<ChildProcess>();
const killRunning = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.on('exit', killRunning);
// A test that failed half-way leaves its process running, and the file would wait for it for ever.
after(killRunning);
// The test runner ends a file that takes too long with SIGTERM, whose default action skips 'exit'.
process.once('SIGTERM', () => process.exit(143));

const parse = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
};

const origin = (address: unknown): string => {
  const { address: host, port, family } = address as AddressInfo;
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
};

/**
 * Runs a service with this process' own Node and environment (so that coverage is collected from it, too).
 * @param options its entry, variables beside the inherited ones, and arguments for Node
 */
export const spawnService = ({ entry, env, args = [] }: ServiceOptions) => {
  const child = spawn(process.execPath, [...launch.args, ...args, entry], {
    env: { ...process.env, ...launch.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  let rest = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    child.emit('lines');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // 'close' comes after both outputs have been read to their end.
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    running.delete(child);
    return { code, signal };
  });
  return {
    child,
    exited,
    logs: () => lines.map(parse),
    stderr: () => stderr,
    signal: (name: NodeJS.Signals) => void child.kill(name),
  };
};

/**
 * Runs a service and waits until it says that it is ready, in a line at info; its ports may be 0.
 * @throws with everything it printed, when it ends before that or needs more than 60 s
 */
export const startService = async (options: ServiceOptions): Promise<ServiceProcess> => {
  const { child, ...service } = spawnService(options);
  const findReady = () => service.logs().find((line) => line.msg === 'ready');
  const ready = new Promise<LogLine>((resolve) => {
    child.on('lines', () => {
      const line = findReady();
      if (line) resolve(line);
    });
  });
  const limit = new AbortController();
  const outcome = await Promise.race([
    ready,
    service.exited.then(({ code, signal }) => `ended with ${signal ?? `code ${code}`} before it was ready`),
    sleep(60_000, 'was not ready within 60 s', { signal: limit.signal }),
  ]);
  limit.abort();
  if (typeof outcome === 'string') {
    child.kill('SIGKILL');
    await service.exited;
    const printed = service.logs().map((line) => JSON.stringify(line));
    throw new Error(`${options.entry} ${outcome}\n${printed.join('\n')}\n${service.stderr()}`);
  }
  return {
    ...service,
    pid: child.pid as number,
    url: origin(outcome['address']),
    opsUrl: origin(outcome['ops']),
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const exit = await service.exited;
      clearTimeout(patience);
      return exit;
    },
  };
};
