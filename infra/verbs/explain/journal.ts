import type { Answer } from '../support/servers.ts';
import { type Remote, remote, script } from '../support/ssh.ts';
import type { Entry } from './event.ts';
import type { Period } from './period.ts';

/** Lines of a journal: whose, and which of them. Both are found by the journal's index, or by the first characters of a line: it may be long. */
export type Selection = {
  /** `-u UNIT` and `-t IDENTIFIER`, as journalctl takes them. */
  readonly of: readonly string[];
  /** What a line must match, as PCRE. */
  readonly grep?: string;
};

/** What is read at most of a server for one question. */
export type Bounds = {
  readonly bytes: number;
  /** Seconds. journalctl reads some 200 MB a second, and a journal has 2 GB at most. */
  readonly time: number;
};

// `--all`: a long field, such as an error with its stack, would be null. Its last line is the exit code of journalctl: 0, or 1 when it found
// nothing; 124 when its time was up. What it complains of has its name in front: ssh has complaints of its own.
const read = `
set +e
since=$1 until=$2 bytes=$3 time=$4
shift 4
timeout "$time" nice -n 19 journalctl --quiet --no-pager --all --output=json --since="@$since" --until="@$until" \\
  --output-fields=MESSAGE,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,_TRANSPORT --case-sensitive=true "$@" \\
  2> >(sed 's/^/journalctl: /' >&2) | head --bytes="$bytes"
code=\${PIPESTATUS[0]}
printf '\\n%s\\n' "$code"
`;

const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(3);

/** Asks a server for lines of its journal. */
export const journalCommand = ({ from, to }: Period, { of, grep }: Selection, { bytes, time }: Bounds): Remote => ({
  ...script(
    read,
    seconds(from),
    seconds(to),
    String(bytes),
    String(time),
    ...of,
    ...(grep === undefined ? [] : [`--grep=${grep}`]),
  ),
  timeout: (time + 10) * 1_000,
});

type Line = Readonly<Record<string, unknown>>;

const parsed = (text: string): Line | undefined => {
  try {
    return JSON.parse(text) as Line;
  } catch {
    // The last line of what was cut.
    return undefined;
  }
};

/** Asks a server for the first line that its journal still has. */
export const beginningCommand: Remote = {
  ...remote('journalctl', '--quiet', '--no-pager', '--output=json', '--output-fields=_TRANSPORT', '--lines=+1'),
  // A dead server is given up after 3 s: the others' journals tell most.
  connectTimeout: 3,
};

/** When a server's journal begins, of what it answered to that; or why it said nothing. */
export const beginningOf = ({ code, stdout, stderr }: Answer): number | { readonly fault: string } => {
  const at = Number(parsed(stdout)?.['__REALTIME_TIMESTAMP']) / 1_000;
  if (code === 0 && !Number.isNaN(at)) return at;
  return { fault: stderr.trim().split('\n').at(-1) || 'its journal is empty' };
};

/** What a server's journal said. */
export type Reading = {
  readonly entries: readonly Entry[];
  /** Why there may be more. */
  readonly cut: 'size' | 'time' | undefined;
};

/** A reading, or why there is none. */
export type Answered = Reading | { readonly fault: string };

/** What is no UTF-8, or has control characters, journalctl gives as bytes. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const isBytes = Array.isArray(value) && value.every((each) => typeof each === 'number');
  return isBytes ? Buffer.from(value).toString() : '';
};

const entryOf = (server: string, line: Line): Entry => {
  const unit = textOf(line['_SYSTEMD_UNIT']);
  return {
    at: Number(line['__REALTIME_TIMESTAMP']) / 1_000,
    server,
    unit: unit === 'init.scope' ? textOf(line['UNIT']) : unit,
    identifier: textOf(line['SYSLOG_IDENTIFIER']),
    text: textOf(line['MESSAGE']).trimEnd(),
  };
};

/** HAProxy says on its standard output again what it has said to the log. */
const isEcho = (line: Line): boolean => line['_TRANSPORT'] === 'stdout' && line['SYSLOG_IDENTIFIER'] === 'haproxy';

/**
 * Reads what a server answered to `journalCommand`.
 * @param bytes that it was to answer with at most
 */
export const readingOf = (server: string, answer: Answer, bytes: number): Answered => {
  const { isUnreachable, code, stdout, stderr } = answer;
  const [, text = '', exit] = /^(.*)\n(\d+)\n$/s.exec(stdout) ?? [];
  const said = stderr.trim().split('\n');
  const complaint = said.find((each) => each.startsWith('journalctl: '));
  if (isUnreachable || code !== 0 || exit === undefined) return { fault: said.at(-1) || `exit code ${code}` };
  const isFull = Buffer.byteLength(text) >= bytes;
  const isLate = exit === '124';
  if (exit !== '0' && !isFull && !isLate && complaint !== undefined) return { fault: complaint };
  const entries = text.split('\n').flatMap((each) => {
    const line = parsed(each);
    return line && !isEcho(line) ? entryOf(server, line) : [];
  });
  return { entries, cut: isFull ? 'size' : isLate ? 'time' : undefined };
};
