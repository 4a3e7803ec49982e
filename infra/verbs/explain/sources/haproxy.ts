import type { Said, Source } from './rules.ts';

/** `s1-2` of a tier, as the role's template names instances. */
export const instanceOf = (tier: string, name: string): { what: string; server: string } => {
  const [, server = name, number = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
  return { what: `${tier} ${number}`, server };
};

/** What the readiness of an instance, and Patroni, say with these. */
const codes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  primary: { 503: 'it says that it is not' },
  web: { 503: 'not ready', 500: 'its own router is off' },
  app: { 503: 'not ready', 500: 'its own router is off' },
};

/** HAProxy's reason for a person: its layer says less than what was seen. */
const reasonOf = (pool: string, reason: string): string => {
  const info = /info: "([^"]+)"/.exec(reason)?.[1];
  const code = /code: (\d+)/.exec(reason)?.[1] ?? '';
  if (reason.startsWith('Layer4 timeout')) return 'no connection in time';
  if (reason.includes('timeout')) return 'no answer in time';
  return codes[pool]?.[code] ?? info ?? (code || reason);
};

type Change = { readonly pool: string; readonly name: string; readonly isUp: boolean; readonly why: string };

const changedTier = ({ pool, name, isUp, why }: Change): Said => {
  const instance = instanceOf(pool, name);
  const text = `${instance.what} on ${instance.server}`;
  if (isUp) return `gives ${text} requests again`;
  return { what: `gives ${text} no requests: ${why}`, fact: { type: 'marked-down', ...instance, why } };
};

const changedPrimary = ({ name, isUp, why }: Change): Said | undefined => {
  const over = /^over-(.+)$/.exec(name)?.[1];
  if (over !== undefined) return isUp ? `may reach the primary over ${over}` : undefined;
  if (isUp) return { what: `takes ${name} for the primary`, fact: { type: 'primary-taken', server: name } };
  return { what: `no longer takes ${name} for the primary: ${why}`, fact: { type: 'primary-left', server: name, why } };
};

/** Members of `members` and `replicas` come and go with the primary, of whom more is said elsewhere. */
const changed = (change: Change): Said | undefined => {
  const { pool, name, isUp, why } = change;
  if (pool === 'web' || pool === 'app') return changedTier(change);
  if (pool === 'primary') return changedPrimary(change);
  if (pool !== 'balancers') return undefined;
  return isUp ? `hears the balancer on ${name} again` : `no longer hears the balancer on ${name}: ${why}`;
};

const empty: Readonly<Record<string, string>> = {
  primary: 'knows of no primary',
  web: 'knows of no instance of web that is well, and tries them all',
  app: 'knows of no instance of app that is well, and tries them all',
};

/** The first letter of how a TCP connection ended; a client that leaves is nobody's fault. */
const cuts: Readonly<Record<string, string>> = {
  D: 'was cut: the server is no longer what it was',
  K: 'was cut by the operator, or with the process',
  S: 'was ended by the server',
  s: 'was silent for too long',
};

/** Of HAProxy: which servers it gives work, and the connections to the database that it cut. */
export const haproxy: Source = {
  isOf: ({ unit, identifier }) => /^haproxy\.service$/.test(unit) && identifier !== 'systemd',
  who: () => 'HAProxy',
  rules: [
    [
      /Server (\w+)\/(\S+) is (UP|DOWN)(?:, reason: (.*?))?(?:, check duration|\. \d+ active|$)/,
      ([, pool = '', name = '', state, reason = '']) =>
        changed({ pool, name, isUp: state === 'UP', why: reasonOf(pool, reason) }),
    ],
    [
      /Server (web|app)\/(\S+) is (?:stopping|going DOWN)/,
      ([, pool = '', name = '']) => {
        const instance = instanceOf(pool, name);
        return {
          what: `gives ${instance.what} on ${instance.server} no new requests: it drains`,
          fact: { type: 'drained', ...instance },
        };
      },
    ],
    [/(?:backend|proxy) (\w+) has no server available/, ([, pool = '']) => empty[pool]],
    [
      / primary primary\/(\S+) \S+ \d+ ([DKSs])[A-Z] /,
      ([, name = '', how = '']) =>
        name === '<NOSRV>' ? 'has no primary for a connection of app' : `a connection to ${name} ${cuts[how]}`,
    ],
    [/(hard-stopped|soft-stop running for too long)/, () => 'ends what is left of its process before the last reload'],
  ],
};
