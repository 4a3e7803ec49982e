import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { hostname, userInfo } from 'node:os';
import { exitCodes, VerbError } from './exit-codes.ts';
import type { Servers } from './servers.ts';
import { ownConnection, script } from './ssh.ts';

/** Who is at work on the servers. */
export type Holder = { readonly who: string; readonly verb: string; readonly since: string };

/** A lock that is held. */
export type Lock = {
  /** Throws a VerbError when the lock was lost, since somebody else may hold it now. Ask before every step. */
  readonly assertHeld: () => void;
  readonly release: () => Promise<void>;
};

/**
 * A server keeps the lock as long as it hears from its holder, and gives it up by itself at the latest this many
 * seconds after the holder's machine fell silent. A killed verb closes its connections, which gives it up at once.
 */
const silence = 15;
const heartbeat = 3_000;
/** A server that was away, rebooted for instance, is asked this often to take the lock again. */
const retry = 2_000;
/** Longer than ssh needs to find that a server is not there (10 s). */
const answerTime = 12_000;

/**
 * Takes the lock of one server, says so, and keeps it while it hears a line now and then. Run by bash on the server. Its journal gets to know who did
 * what and when; a journal that is not there holds nobody up.
 */
const hold = `
note() { timeout 2 logger --tag scale-up-verb -- "$1" 9>&- 2>/dev/null || true; }
mkdir -p /run/scale-up
exec 9<>/run/scale-up/lock
if ! flock --nonblock 9; then echo "held by $(cat /run/scale-up/lock)"; exit 0; fi
printf '%s' "$1" >/run/scale-up/lock
echo ours
note "$3 begins $4"
while read -r -t "$2" _; do :; done
: >/run/scale-up/lock
note "$3 ends $4"
`;

type Taken = 'ours' | 'away' | Holder;

/** One server's part of the lock; `heard` is when it was last told that its holder lives. */
type Part = {
  isOurs: boolean;
  heard: number;
  child: ChildProcessWithoutNullStreams | undefined;
  again: NodeJS.Timeout | undefined;
};

const holderOf = (line: string): Holder => {
  try {
    return JSON.parse(line.replace(/^held by /, '')) as Holder;
  } catch {
    // In the instant between taking the lock and writing the name.
    return { who: 'somebody', verb: 'a verb', since: 'this moment' };
  }
};

/** How a holder is named to somebody who must wait. */
export const holderText = ({ who, verb, since }: Holder): string => `${who} runs ${verb} since ${since}`;

/**
 * Takes the lock of the servers: a majority of them must give it, so that two verbs never both have it, and one server
 * may be down. It is refused, with the holder's name, while somebody else has it on any server.
 * @throws VerbError
 */
export const takeLock = async (servers: Servers, verb: string): Promise<Lock> => {
  const { names } = servers;
  const me: Holder = { who: `${userInfo().username}@${hostname()}`, verb, since: new Date().toISOString() };
  const parts = new Map<string, Part>(
    names.map((name) => [name, { isOurs: false, heard: 0, child: undefined, again: undefined }]),
  );
  let isReleased = false;

  const take = (name: string, part: Part): Promise<Taken> => {
    const child = servers.start(name, script(hold, JSON.stringify(me), String(silence), me.who, verb), ownConnection);
    part.child = child;
    const { promise, resolve } = Promise.withResolvers<Taken>();
    const late = setTimeout(() => child.kill('SIGKILL'), answerTime);
    part.heard = Date.now();
    const beat = setInterval(() => {
      // After a pause the server has given it up: to speak again would only look like being heard.
      if (Date.now() - part.heard >= silence * 1_000) return;
      child.stdin.write('\n');
      part.heard = Date.now();
    }, heartbeat);
    child.stdin.on('error', () => {});
    child.stderr.resume();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      clearTimeout(late);
      part.isOurs = text.startsWith('ours');
      resolve(part.isOurs ? 'ours' : holderOf(text.trim()));
    });
    child.once('error', () => child.emit('exit'));
    child.once('exit', () => {
      clearTimeout(late);
      clearInterval(beat);
      part.isOurs = false;
      resolve('away');
      if (!isReleased) part.again = setTimeout(() => void take(name, part), retry).unref();
    });
    return promise;
  };

  const release = async (): Promise<void> => {
    isReleased = true;
    await Promise.all(
      [...parts.values()].map(async ({ child, again }) => {
        clearTimeout(again);
        if (!child || child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.stdin.end();
        const late = setTimeout(() => child.kill('SIGKILL'), 2_000);
        await gone;
        clearTimeout(late);
      }),
    );
  };

  const refuse = async (error: VerbError): Promise<never> => {
    await release();
    throw error;
  };

  // One after the other up to the first that answers, so that of two verbs that start together one is refused there and
  // the other goes on; then the rest at once.
  const answers: Taken[] = [];
  const entries = [...parts];
  while (entries.length > 0 && !answers.some((answer) => answer !== 'away')) {
    const [name, part] = entries.shift()!;
    answers.push(await take(name, part));
  }
  if (answers.at(-1) === 'ours') {
    answers.push(...(await Promise.all(entries.map(([name, part]) => take(name, part)))));
  }
  const other = answers.find((answer) => typeof answer === 'object');
  if (other) {
    return refuse(
      new VerbError(`The servers are locked: ${holderText(other)}. Try again when it is done.`, exitCodes.locked),
    );
  }
  const given = answers.filter((answer) => answer === 'ours').length;
  if (given * 2 <= names.length) {
    const sentence = `Only ${given} of ${names.length} servers answer: a majority must, so that no two verbs work at once.`;
    return refuse(new VerbError(sentence, exitCodes.unavailable));
  }

  return {
    assertHeld: () => {
      // After a pause, of a suspended laptop for instance, the servers have given up before this process hears of it.
      const isHeld = ({ isOurs, heard }: Part): boolean => isOurs && Date.now() - heard < silence * 1_000;
      const held = [...parts.values()].filter(isHeld).length;
      // With half of the servers in hand nobody else can get more than half.
      if (held * 2 >= names.length) return;
      const sentence = `The lock is lost: only ${held} of ${names.length} servers still hear from here.`;
      throw new VerbError(`${sentence} Nothing more was done; run ${verb} again.`, exitCodes.unavailable);
    },
    release,
  };
};
