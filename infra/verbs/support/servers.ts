import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Inventory } from '../../inventory/schema.ts';
import { exitCodes, VerbError } from './exit-codes.ts';
import { quoted, type Remote, type Route, sshCommand } from './ssh.ts';

/** What became of a command on a server. */
export type Answer = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** It could not be asked, or did not answer in time; it is not known whether the command ran. */
  readonly isUnreachable: boolean;
};

/** ssh's own exit code for its own failures. */
const sshFailed = 255;

/** A command that a server is asked may take this long; what takes longer says so itself (`timeout`). */
const usualTimeout = 30_000;

/** The servers of an inventory, as commands reach them. */
export type Servers = {
  readonly names: readonly string[];
  /** Runs a command; its failure, and a server that does not answer, are answers too. */
  readonly ask: (server: string, command: Remote) => Promise<Answer>;
  /** Runs a command that must succeed. Returns what it printed; throws a VerbError that names server and command. */
  readonly demand: (server: string, command: Remote) => Promise<string>;
  /** Asks several servers at once. */
  readonly askAll: (servers: readonly string[], command: Remote) => Promise<Record<string, Answer>>;
  /** Starts a command whose input and output are streams, such as an image that is sent. */
  readonly start: (server: string, command: Remote, connection?: readonly string[]) => ChildProcessWithoutNullStreams;
  /** Runs a local command where the servers and the VIP are reached: the way a client goes. */
  readonly inside: (words: readonly string[], options?: Omit<Remote, 'words'>) => Promise<Answer>;
};

/** The servers of an inventory over a route. */
export const serversOf = (inventory: Inventory, route: Route): Servers => {
  const commandFor = (server: string, command: Remote, connection?: readonly string[]) => {
    const known = inventory.servers[server];
    if (!known) throw new VerbError(`There is no server "${server}" in ${inventory.file}.`, exitCodes.usage);
    return sshCommand(route, known, command, connection);
  };
  const ask: Servers['ask'] = (server, command) => run(commandFor(server, command), command);
  return {
    names: Object.keys(inventory.servers),
    ask,
    demand: async (server, command) => {
      const answer = await ask(server, command);
      if (answer.code === 0) return answer.stdout;
      throw failure(server, command, answer);
    },
    askAll: async (servers, command) =>
      Object.fromEntries(await Promise.all(servers.map(async (server) => [server, await ask(server, command)]))),
    start: (server, command, connection) => {
      const local = commandFor(server, command, connection);
      return spawn(local.command, local.args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    },
    inside: (words, options = {}) => {
      const [command = '', ...args] = [...route.prefix, ...words];
      return run({ command, args }, options, false);
    },
  };
};

/** The sentence for a command that should have succeeded. */
export const failure = (server: string, { words }: Remote, answer: Answer): VerbError => {
  const said = (answer.stderr.trim() || answer.stdout.trim()).split('\n').slice(-5).join('\n  ');
  if (answer.isUnreachable) {
    return new VerbError(`${server} cannot be reached: ${said || 'no answer'}`, exitCodes.unavailable);
  }
  // A script is named by its first line: the whole would hide what went wrong.
  const text = words[0] === 'bash' ? (words[4]?.trim().split('\n')[0] ?? '') : words.map(quoted).join(' ');
  return new VerbError(`${server}: "${text}" failed (exit code ${answer.code})${said ? `:\n  ${said}` : '.'}`);
};

const run = (
  { command, args }: { readonly command: string; readonly args: readonly string[] },
  { input, timeout = usualTimeout }: Omit<Remote, 'words'>,
  isSsh = true,
): Promise<Answer> => {
  // In a process group of its own: Ctrl-C asks the verb to stop, which then decides what becomes of its commands.
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let stdout = '';
  let stderr = '';
  let isLate = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that ends before it has read its input closes the pipe: its exit code says what there is to say.
  child.stdin.on('error', () => {}).end(input);
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, timeout);
  const finish = (code: number): void => {
    clearTimeout(timer);
    if (isLate) stderr += `no answer within ${timeout / 1000} s`;
    resolve({
      code: isLate ? sshFailed : code,
      stdout,
      stderr,
      isUnreachable: isLate || (isSsh && code === sshFailed),
    });
  };
  child.once('error', (error) => {
    stderr += error.message;
    finish(sshFailed);
  });
  child.once('close', (code) => finish(code ?? sshFailed));
  // A shared connection's process may hold the pipes open after its command was killed.
  child.once('exit', () => {
    if (!isLate) return;
    // Nobody waits for the pipes any more, the end of this process neither.
    child.stdout.destroy();
    child.stderr.destroy();
    finish(sshFailed);
  });
  return promise;
};
