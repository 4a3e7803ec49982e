/** How an HAProxy sees an instance. */
export type InstanceView = {
  /** `draining`: it has no new requests, and finishes those that it has. */
  readonly state: 'up' | 'draining' | 'down';
  /** Seconds since that began. */
  readonly since: number;
  readonly requestsPerSecond: number;
  readonly sessions: number;
  /** Since HAProxy was loaded. */
  readonly errors: number;
  readonly retries: number;
};

/** What an HAProxy's table of figures says. */
export type ProxyFigures = {
  /** Requests a second at the edge, and answers with 5xx since it was loaded; undefined where it is no edge. */
  readonly edge: { readonly requestsPerSecond: number; readonly errors: number; readonly sessions: number } | undefined;
  /** By `web/s1-1`: tier, server and number. */
  readonly instances: ReadonlyMap<string, InstanceView>;
};

type Row = (name: string) => string;

/** A line of CSV: cells between commas, those with commas or quotes in them in quotes (RFC 4180). */
const cellsOf = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
};

/** Rows that are read; of the 200 columns of all the others nobody wants to know. */
const wanted = /^(?:web|app|web_unchecked|app_unchecked|edge),/;

const rowsOf = (csv: string): Row[] => {
  const [head = '', ...lines] = csv.split('\n');
  if (!head.startsWith('# ')) throw new SyntaxError('this is no table of HAProxy');
  const places = new Map(cellsOf(head.slice(2)).map((name, index) => [name, index]));
  return lines
    .filter((line) => wanted.test(line))
    .map((line) => {
      const cells = cellsOf(line);
      return (name) => cells[places.get(name) ?? -1] ?? '';
    });
};

const tiers: Readonly<Record<string, string>> = { web: 'web', app: 'app' };
/** While none is up, requests go there; it has no checks, and knows nothing of states. */
const unchecked: Readonly<Record<string, string>> = { web_unchecked: 'web', app_unchecked: 'app' };

const stateOf = (status: string): InstanceView['state'] => {
  // "UP 1/2" is on its way down; NOLB is a check that passed with reservations, which a draining web does.
  if (status.startsWith('UP')) return 'up';
  return status.startsWith('NOLB') || status.startsWith('DRAIN') ? 'draining' : 'down';
};

const number = (text: string): number => Number(text) || 0;
const sum = (row: Row, ...names: string[]): number => names.reduce((total, name) => total + number(row(name)), 0);

const viewOf = (row: Row): InstanceView => ({
  state: stateOf(row('status')),
  since: number(row('lastchg')),
  requestsPerSecond: number(row('rate')),
  sessions: number(row('scur')),
  errors: sum(row, 'hrsp_5xx', 'econ', 'eresp'),
  retries: sum(row, 'wretr', 'wredis'),
});

/**
 * Reads `/stats;csv` (management guide, 9.1).
 * @throws SyntaxError when it is something else
 */
export const parseFigures = (csv: string): ProxyFigures => {
  const rows = rowsOf(csv);
  const instances = new Map<string, InstanceView>();
  for (const row of rows) {
    const tier = tiers[row('pxname')];
    if (tier !== undefined && row('svname') !== 'BACKEND') instances.set(`${tier}/${row('svname')}`, viewOf(row));
  }
  for (const row of rows) {
    const key = `${unchecked[row('pxname')]}/${row('svname')}`;
    const known = instances.get(key);
    if (!known) continue;
    const { requestsPerSecond, sessions, errors, retries } = viewOf(row);
    instances.set(key, {
      ...known,
      requestsPerSecond: known.requestsPerSecond + requestsPerSecond,
      sessions: known.sessions + sessions,
      errors: known.errors + errors,
      retries: known.retries + retries,
    });
  }
  const edge = rows.find((row) => row('pxname') === 'edge' && row('svname') === 'FRONTEND');
  return {
    instances,
    edge: edge && {
      requestsPerSecond: number(edge('req_rate')),
      errors: number(edge('hrsp_5xx')),
      sessions: number(edge('scur')),
    },
  };
};
