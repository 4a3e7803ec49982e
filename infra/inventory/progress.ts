/** What became of a server in a run of Ansible. */
export type ServerSummary = {
  readonly changed: number;
  readonly failed: number;
  readonly isUnreachable: boolean;
};

export type Progress = {
  /** Takes a line of Ansible's output. */
  readonly line: (text: string) => void;
  /** Of every server, once Ansible has ended. */
  readonly summary: () => Readonly<Record<string, ServerSummary>>;
  readonly end: () => void;
};

/** A task that takes longer is named while it runs, so that nobody thinks that all hangs. */
const patience = 3_000;

const title = (text: string): string => text.replace(/^(\S+) : /, '$1: ');

/** What a failed task says of itself, most telling first; its result is JSON, or the text that stands for a secret one. */
/** Mitogen asks the reader for a report of a fault; what it met is a server that is gone. */
const brokenOff = /(?:Task failed: )?Mitogen was disconnected.*$/s;

const reasonOf = (result: string): string => {
  try {
    const { msg, stderr, stdout, censored } = JSON.parse(result) as Record<string, unknown>;
    if (censored !== undefined) return 'its output is secret';
    const words = [msg, stderr, stdout].filter((word) => typeof word === 'string' && word.trim() !== '');
    return words.map((word) => String(word).trim().replace(brokenOff, 'the connection to it broke off')).join('\n');
  } catch {
    return result;
  }
};

const indented = (text: string): string => text.split('\n').join('\n      ');

/** What a task changed: the servers by item; a task without a loop has one item, the empty one. */
type Changes = Map<string, string[]>;

/** Items that were changed on the same servers share a line. */
const changeLines = (changes: Changes): string[] => {
  const byServers = Map.groupBy(changes, ([, servers]) => servers.toSorted().join(' '));
  return [...byServers].map(([servers, items]) => {
    const names = items.map(([item]) => item).filter((item) => item !== '');
    return names.length === 0 ? servers : `${servers}: ${names.join(' ')}`;
  });
};

/**
 * Makes of Ansible's output what an operator wants to see: tasks that change something, take long, or fail; and of a
 * trial run every line that would change.
 * @param write gets whole lines
 */
export const progress = (write: (text: string) => void): Progress => {
  const summaries: Record<string, ServerSummary> = {};
  let task = '';
  let isShown = true;
  let isMessage = false;
  /** Ansible's long version of a failure, which it tells before the short one; alone only when there is no short one. */
  let complaint: string[] | undefined;
  let changes: Changes = new Map();
  let slow: NodeJS.Timeout | undefined;

  const show = (): void => {
    if (!isShown) write(`  ${task}`);
    isShown = true;
  };
  const said = (text: string): void => {
    show();
    write(`    ${text}`);
  };
  const finish = (): void => {
    clearTimeout(slow);
    for (const line of [...changeLines(changes), ...(complaint ?? [])]) said(line);
    changes = new Map();
    complaint = undefined;
  };
  const start = (name = ''): void => {
    finish();
    task = title(name);
    isShown = false;
    slow = setTimeout(show, patience);
  };
  const change = (server = '', item = ''): void => {
    // What is secret has no name either.
    const name = item.startsWith('(censored') ? '(secret)' : item;
    const servers = changes.get(name) ?? [];
    changes.set(name, servers.includes(server) ? servers : [...servers, server]);
  };
  const fail = (server?: string, item?: string, result = ''): void => {
    complaint = undefined;
    said(`${server} FAILED${item ? ` ${item}` : ''}: ${indented(reasonOf(result))}`);
  };
  const summarise = (server = '', changed?: string, unreachable?: string, failed?: string): void => {
    const isUnreachable = Number(unreachable) > 0;
    summaries[server] = { changed: Number(changed), failed: Number(failed), isUnreachable };
  };

  const server = String.raw`\[(\S+?)(?: -> .*?)?\]`;
  const kinds: readonly (readonly [RegExp, (...found: string[]) => void])[] = [
    [/^(?:TASK|RUNNING HANDLER) \[(.*?)\] \**$/, start],
    [/^PLAY(?: \[.*\]| RECAP)? \**$/, finish],
    [new RegExp(`^changed: ${server}(?: => \\(item=(.*)\\))?$`), change],
    [new RegExp(`^fatal: ${server}: UNREACHABLE! => (.*)$`), (name, result) => fail(name, 'unreachable', result)],
    [new RegExp(`^(?:fatal|failed): ${server}(?:: FAILED!)?(?: \\(item=(.*?)\\))? => (.*)$`), fail],
    [new RegExp(`^ok: ${server} => (?:\\(item=.*\\) => )?\\{$`), () => (isMessage = true)],
    // A task that tries again will say how that ended; a failure that does not matter was shown as one, see below.
    [/^(?:ok|skipping|included|FAILED - RETRYING): /, () => {}],
    [/^\.\.\.ignoring$/, () => said('(as expected)')],
    [/^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)/, summarise],
  ];

  return {
    line: (text) => {
      if (isMessage) {
        const message = /^ {4}"msg": (".*"),?$/.exec(text)?.[1];
        if (message) said(String(JSON.parse(message)));
        isMessage = text !== '}';
        return;
      }
      for (const [pattern, act] of kinds) {
        const found = pattern.exec(text);
        if (found) return act(...found.slice(1));
      }
      if (text.startsWith('[ERROR]: ')) complaint = [];
      if (text.trim() === '') return;
      if (complaint) complaint.push(text);
      else said(text);
    },
    summary: () => summaries,
    end: finish,
  };
};
