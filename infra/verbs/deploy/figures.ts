import type { Tier } from '../../images/services.ts';

/** How often requests took at most so many seconds; cumulative, as Prometheus has it. */
export type Buckets = Readonly<Record<string, number>>;

/** What is known of an instance since it started, or since an earlier look. */
export type Figures = {
  /** Answers, and those of them with 5xx, as the instance counts them itself. */
  readonly answers: number;
  readonly errors: number;
  readonly buckets: Buckets;
  /** Requests that balancers gave it, and those that failed there: refused, cut off, or answered with 5xx. */
  readonly balanced: number;
  readonly failures: number;
};

/** What one look at the servers found. */
export type Sample = {
  /** By tier and name in the balancers: `figures.web['s1-1']`. */
  readonly figures: Readonly<Record<Tier, Readonly<Record<string, Figures>>>>;
  /** Of every balancer that has the tier: the names it gives requests to. */
  readonly up: Readonly<Record<Tier, readonly ReadonlySet<string>[]>>;
  /** By unit and server: `web@1 s1` → how often systemd had to start it again; -1 when it is not ready. */
  readonly restarts: Readonly<Record<string, number>>;
};

const none: Figures = { answers: 0, errors: 0, buckets: {}, balanced: 0, failures: 0 };

/** A look at one server; $1 its address, $2 its instances (`web/1/8180 app/1/8190`). Whatever is not there says nothing. */
export const lookText = `
echo '# stats'
curl --silent --max-time 2 'http://127.0.0.1:8404/stats;csv' || true
for each in $2; do
  IFS=/ read -r tier number port <<<"$each"
  echo "# instance $tier $number $(systemctl show --property NRestarts --value "$tier@$number") $(curl --silent --output /dev/null --max-time 2 --write-out '%{http_code}' "http://$1:$port/readyz" || true)"
  curl --silent --max-time 2 "http://$1:$port/metrics" | grep '^http_server_request_duration_seconds_\\(bucket\\|count\\)' || true
done
`;

const numberIn = (text: string | undefined): number => Number(text === undefined || text === '' ? 0 : text);

/** HAProxy's table, a row as an object. */
const rowsOf = (csv: readonly string[]): Record<string, string>[] => {
  const [head = '', ...lines] = csv;
  const names = head.replace('# ', '').split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
};

/** The tier of a back end; when none of `web` is up, HAProxy uses `web_unchecked`. */
const tierOf = (backend: string | undefined): Tier | undefined =>
  (['web', 'app'] as const).find((tier) => backend === tier || backend === `${tier}_unchecked`);

const isServer = (name: string | undefined): name is string => name !== 'FRONTEND' && name !== 'BACKEND';

const plus = (one: Figures, other: Partial<Figures>): Figures => ({
  answers: one.answers + (other.answers ?? 0),
  errors: one.errors + (other.errors ?? 0),
  balanced: one.balanced + (other.balanced ?? 0),
  failures: one.failures + (other.failures ?? 0),
  buckets: combined(one.buckets, other.buckets ?? {}, 1),
});

const combined = (one: Buckets, other: Buckets, sign: 1 | -1): Buckets =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((limit) => [
      limit,
      // A process that started again counts from 0.
      Math.max(0, (one[limit] ?? 0) + sign * (other[limit] ?? 0)),
    ]),
  );

/** What was added between two looks. */
export const since = (now: Figures = none, then: Figures = none): Figures => ({
  answers: Math.max(0, now.answers - then.answers),
  errors: Math.max(0, now.errors - then.errors),
  balanced: Math.max(0, now.balanced - then.balanced),
  failures: Math.max(0, now.failures - then.failures),
  buckets: combined(now.buckets, then.buckets, -1),
});

/** All of several instances together. */
export const sum = (all: readonly Figures[]): Figures => all.reduce(plus, none);

/** Takes 10 s as it should, whoever gives it; so it says nothing of how quick an instance is. */
const stream = 'http_route="/api/cluster/events"';

const metricsOf = (lines: readonly string[]): Partial<Figures> => {
  let answers = 0;
  let errors = 0;
  const buckets: Record<string, number> = {};
  for (const line of lines) {
    if (line.includes(stream)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    const limit = /[{,]le="([^"]+)"/.exec(line)?.[1];
    if (limit !== undefined) buckets[limit] = (buckets[limit] ?? 0) + value;
    else {
      answers += value;
      if (/http_response_status_code="5\d\d"/.test(line)) errors += value;
    }
  }
  return { answers, errors, buckets };
};

/** Puts together what servers answered to `lookText`. */
export const sampleOf = (texts: Readonly<Record<string, string>>): Sample => {
  const figures: Record<Tier, Record<string, Figures>> = { web: {}, app: {} };
  const up: Record<Tier, Set<string>[]> = { web: [], app: [] };
  const restarts: Record<string, number> = {};
  const add = (tier: Tier, name: string, more: Partial<Figures>): void => {
    figures[tier][name] = plus(figures[tier][name] ?? none, more);
  };
  for (const [server, text] of Object.entries(texts)) {
    for (const section of text.split(/^# (?=stats\n|instance )/m)) {
      const [title = '', ...rest] = section.split('\n');
      const lines = rest.filter((line) => line !== '');
      if (title === 'stats') {
        const seen = new Map<Tier, Set<string>>();
        for (const row of rowsOf(lines)) {
          const { pxname, svname, status = '' } = row;
          const tier = tierOf(pxname);
          if (tier === undefined || !isServer(svname)) continue;
          const failures = ['econ', 'eresp', 'hrsp_5xx'].reduce((total, key) => total + numberIn(row[key]), 0);
          add(tier, svname, { balanced: numberIn(row['stot']), failures });
          if (pxname !== tier) continue;
          if (!seen.has(tier)) seen.set(tier, new Set());
          if (status.startsWith('UP')) seen.get(tier)?.add(svname);
        }
        for (const [tier, names] of seen) up[tier].push(names);
      } else if (title.startsWith('instance ')) {
        const [, tier = '', number = '', count = '', ready = ''] = title.split(' ');
        add(tier as Tier, `${server}-${number}`, metricsOf(lines));
        restarts[`${tier}@${number} ${server}`] = ready === '200' ? Number(count) : -1;
      }
    }
  }
  return { figures, up, restarts };
};

/**
 * Below how many seconds a share of all answers stayed, within the width of a bucket.
 * @param share 0.95 for the slowest twentieth
 * @returns 0 when there are none
 */
export const quantile = (buckets: Buckets, share: number): number => {
  const sorted = Object.entries(buckets)
    .map(([limit, count]) => ({ limit: limit === '+Inf' ? Number.POSITIVE_INFINITY : Number(limit), count }))
    .toSorted((a, b) => a.limit - b.limit);
  const wanted = (sorted.at(-1)?.count ?? 0) * share;
  if (wanted === 0) return 0;
  let below = { limit: 0, count: 0 };
  for (const bucket of sorted) {
    if (bucket.count >= wanted) {
      if (bucket.limit === Number.POSITIVE_INFINITY) return below.limit;
      const within = (wanted - below.count) / (bucket.count - below.count);
      return below.limit + (bucket.limit - below.limit) * within;
    }
    below = bucket;
  }
  return below.limit;
};
