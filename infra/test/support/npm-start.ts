import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkout, copyCheckout } from './checkout.ts';
import { ports, within } from './site.ts';

export type Run = {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Seconds from the start until it printed something. */
  readonly printed: (text: string | RegExp, seconds: number) => Promise<number>;
  /** Its exit code, and the seconds it took from now. */
  readonly ended: (seconds: number) => Promise<{ code: number | null; seconds: number }>;
  /** Ctrl-C: a terminal sends it to every process in front. */
  readonly interrupt: () => void;
  /** SIGTERM to the first process alone, as from a supervisor; waits for its end. */
  readonly stop: () => Promise<{ code: number | null; seconds: number }>;
};

export type Options = {
  /** Variables beside the usual. */
  readonly env?: NodeJS.ProcessEnv;
  /** The user to run as. */
  readonly uid?: number;
  readonly args?: readonly string[];
};

/** Its own configuration, far from the ports of a developer's site. */
const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const inherited = { ...process.env, NO_COLOR: '1', DATABASE_URL: '', REDIS_URL: '' };
  const services = { APP_PORT: `${ports.app}`, APP_OPS_PORT: `${ports.appOps}` };
  return { ...inherited, ...services, WEB_PORT: `${ports.web}`, WEB_OPS_PORT: `${ports.webOps}`, ...env };
};

/**
 * What `npm start` runs, in a copy of the repository.
 */
export const npmStart = ({ folder }: Checkout, { env = {}, uid, args = [] }: Options = {}): Run => {
  const start = performance.now();
  const child = spawn(process.execPath, ['infra/local/with-node.mjs', 'infra/local/serve.ts', ...args], {
    cwd: folder,
    env: environment(env),
    // A group of its own, like a command in a terminal.
    detached: true,
    ...(uid !== undefined && { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'close');
  const ended: Run['ended'] = async (seconds) => {
    const from = performance.now();
    const limit = new AbortController();
    const late = sleep(seconds * 1000, undefined, { signal: limit.signal }).then(() => {
      throw new Error(`still running after ${seconds} s:\n${output}`);
    });
    try {
      await Promise.race([exited, late]);
    } finally {
      limit.abort();
      late.catch(() => {});
    }
    return { code: child.exitCode, seconds: (performance.now() - from) / 1000 };
  };
  return {
    child,
    output: () => output,
    printed: async (text, seconds) => {
      const isThere = () => (typeof text === 'string' ? output.includes(text) : text.test(output));
      while (!isThere()) {
        const passed = (performance.now() - start) / 1000;
        if (passed > seconds) throw new Error(`"${text}" was not printed within ${seconds} s:\n${output}`);
        if (child.exitCode !== null) throw new Error(`ended without having printed "${text}":\n${output}`);
        await sleep(20);
      }
      return (performance.now() - start) / 1000;
    },
    ended,
    interrupt: () => void process.kill(-(child.pid as number), 'SIGINT'),
    stop: () => {
      child.kill('SIGTERM');
      return ended(20);
    },
  };
};

/** For a test file: a copy of the repository, and starts in it; at the end of the file whatever still runs is ended. */
export const startsOfOneCheckout = () => {
  const checkout = copyCheckout();
  const runs: Run[] = [];
  after(async () => {
    for (const { child } of runs) child.kill('SIGKILL');
    await within(5, 'everything is gone', () => checkout.processes().length === 0);
    checkout.remove();
  });
  const start = (options?: Options): Run => {
    const run = npmStart(checkout, options);
    runs.push(run);
    return run;
  };
  return { checkout, start, runs };
};
