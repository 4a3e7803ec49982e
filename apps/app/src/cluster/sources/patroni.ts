/** What a Patroni says of its own PostgreSQL. */
export type DatabaseMember = {
  readonly isPrimary: boolean;
  /** running, starting, stopped, crashed … */
  readonly state: string;
  /** Of a standby: whether it follows the primary. */
  readonly isStreaming: boolean;
  readonly timeline: number | undefined;
  /** Bytes of WAL that it has written or received. */
  readonly position: number | undefined;
  /** Standbys that follow this primary. */
  readonly standbys: number;
  /** Milliseconds since 1970. */
  readonly started: number | undefined;
};

/** A change of primaries that the cluster remembers. */
export type Promotion = { readonly timeline: number; readonly at: number; readonly primary: string };

type Written = {
  readonly role?: unknown;
  readonly state?: unknown;
  readonly timeline?: unknown;
  readonly replication_state?: unknown;
  readonly replication?: unknown;
  readonly xlog?: { readonly location?: unknown; readonly received_location?: unknown };
  readonly postmaster_start_time?: unknown;
};

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const timeIn = (value: unknown): number | undefined => {
  // "2026-11-26 16:43:18.283451+00:00": ISO 8601 but for its blank.
  const time = typeof value === 'string' ? Date.parse(value.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
};

/**
 * Reads `GET /patroni`, which asks nobody else: neither etcd nor another member.
 * @throws SyntaxError when it is no answer of Patroni
 */
export const parseMember = (text: string): DatabaseMember => {
  const written = JSON.parse(text) as Written | null;
  if (typeof written?.state !== 'string') throw new SyntaxError('this is no word of Patroni');
  const { role, state, timeline, xlog, replication } = written;
  // Patroni before 4 says "master".
  const isPrimary = role === 'primary' || role === 'master';
  return {
    isPrimary,
    state,
    isStreaming: written.replication_state === 'streaming',
    timeline: numberIn(timeline),
    position: numberIn(xlog?.location) ?? numberIn(xlog?.received_location),
    standbys: Array.isArray(replication) ? replication.length : 0,
    started: timeIn(written.postmaster_start_time),
  };
};

/**
 * Reads `GET /history`: for each timeline that ended, where, why, when, and who was the next primary.
 * @throws SyntaxError when it is something else
 */
export const parseHistory = (text: string): Promotion[] => {
  const lines = JSON.parse(text) as unknown;
  if (!Array.isArray(lines)) throw new SyntaxError('this is no history of Patroni');
  return (lines as unknown[][]).flatMap((line): Promotion[] => {
    const [timeline, , , time, primary] = Array.isArray(line) ? line : [];
    const at = timeIn(time);
    if (typeof timeline !== 'number' || at === undefined || typeof primary !== 'string') return [];
    return [{ timeline: timeline + 1, at, primary }];
  });
};
