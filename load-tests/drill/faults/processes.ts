import { bystander, demandRoles, together } from '../../servers/arrange.ts';
import type { Limits } from '../../servers/limits.ts';
import { servingProcess } from '../../servers/marks/instances.ts';
import { hit } from '../../servers/measure.ts';
import type { Roles, ServersSite } from '../../servers/servers-site.ts';
import type { Fault } from './fault.ts';

/** A program of the site: how a signal is sent to its processes, and whose death is felt most. */
type Program = {
  /** A shell's text that sends a signal, KILL, STOP or CONT. */
  readonly signal: (name: string) => string;
  /** What is stopped and started in order. */
  readonly unit: string;
  readonly victim: (site: ServersSite, roles: Readonly<Record<keyof Roles, string>>) => string;
  /** Requests under way on it may fail. */
  readonly isOnTheWay?: boolean;
  /** The longest stall when it is killed, frozen, or stopped in order; seconds. */
  readonly killed: number;
  /** Frozen for longer, it is replaced; a freeze that is shorter is waited for. */
  readonly frozen: number;
  readonly stopped: number;
};

const ofUnit =
  (unit: string, whom = 'all') =>
  (name: string): string =>
    `systemctl kill --kill-whom=${whom} --signal=${name} ${unit}`;

const ofInstance =
  (tier: string) =>
  (name: string): string =>
    `kill -${name} ${servingProcess(tier)}`;

/** PostgreSQL writes the number of its first process into the first line of this file. */
const postmaster = '"$(head -n 1 /var/lib/postgresql/17/scale-up/postmaster.pid)"';
const ofPostgres = (name: string): string => `first=${postmaster}; kill -${name} $first $(pgrep --parent $first)`;

const elsewhere =
  (tier: 'web' | 'app') =>
  ({ inventory }: ServersSite, { holder }: Pick<Roles, 'holder'>): string =>
    inventory.groups[tier].find((name) => name !== holder) ?? holder ?? '';

/** A lost primary is replaced within 25 s, which is Patroni's floor; a killed one within 3. */
const lostPrimary = 25;

const programs: Readonly<Record<string, Program>> = {
  haproxy: {
    signal: ofUnit('haproxy.service'),
    unit: 'haproxy.socket haproxy.service',
    victim: (_, { holder }) => holder,
    isOnTheWay: true,
    killed: 0.5,
    frozen: 2,
    stopped: 2,
  },
  keepalived: {
    signal: ofUnit('keepalived.service'),
    unit: 'keepalived.service',
    victim: (_, { holder }) => holder,
    isOnTheWay: true,
    killed: 1,
    frozen: 1,
    stopped: 0.2,
  },
  web: {
    signal: ofInstance('web'),
    unit: 'web@1.service',
    victim: elsewhere('web'),
    killed: 0.3,
    frozen: 2,
    stopped: 0.3,
  },
  app: {
    signal: ofInstance('app'),
    unit: 'app@1.service',
    victim: elsewhere('app'),
    killed: 0.3,
    frozen: 2,
    stopped: 0.3,
  },
  postgres: {
    signal: ofPostgres,
    // PostgreSQL has no unit of its own: Patroni starts it. An orderly stop is one that somebody does by hand.
    unit: '',
    victim: (_, { primary }) => primary,
    killed: 3,
    frozen: lostPrimary,
    stopped: 3,
  },
  patroni: {
    signal: ofUnit('patroni.service', 'main'),
    unit: 'patroni.service',
    victim: (_, { primary }) => primary,
    killed: 3,
    frozen: lostPrimary,
    stopped: 3,
  },
  witness: {
    signal: ofUnit('scale-up-witness.service'),
    unit: 'scale-up-witness.service',
    victim: (site, roles) => bystander(site, roles),
    killed: 0.2,
    frozen: 0.2,
    stopped: 0.2,
  },
  etcd: {
    signal: ofUnit('etcd.service'),
    unit: 'etcd.service',
    victim: (site, roles) => bystander(site, roles),
    killed: 0.2,
    frozen: 0.2,
    stopped: 0.2,
  },
  valkey: {
    signal: ofUnit('valkey-server.service'),
    unit: 'valkey-server.service',
    victim: (_, { cache }) => cache,
    killed: 3,
    frozen: 3,
    stopped: 3,
  },
  sentinel: {
    signal: ofUnit('valkey-sentinel.service'),
    unit: 'valkey-sentinel.service',
    victim: (_, { cache }) => cache,
    killed: 0.2,
    frozen: 0.2,
    stopped: 0.2,
  },
};

/** Seconds for which a program is frozen: a hiccup, longer than any check, and longer than Patroni's ttl. */
const freezes = [1, 5, 30] as const;
/** Seconds for which a program is stopped. */
const stop = 10;

/** What is added to a limit: the time to notice, and a look of a program that everybody waits for. */
const notice = 1;

const limitsOf = ({ isOnTheWay = false }: Program, stall: number): Limits => ({
  stall,
  failed: isOnTheWay ? 'in flight' : 'none',
  ...(stall > 3 && { readStall: 3 }),
});

/** Where it is done: to the program that is at work, or to it on the one server that holds every role. */
const aims = [
  { suffix: '', words: '', isTogether: false },
  { suffix: '@all', words: ', on the server that holds every role', isTogether: true },
] as const;

type Deed = {
  readonly name: string;
  readonly what: string;
  readonly stall: number;
  readonly work: (site: ServersSite, server: string) => Promise<unknown>;
};

const deedsOf = (name: string, program: Program): Deed[] => [
  {
    name: `${name}-kill`,
    what: `kill -9 of ${name}`,
    stall: program.killed,
    work: (site, server) => site.on(server, program.signal('KILL')),
  },
  ...freezes.map((time): Deed => ({
    name: `${name}-freeze-${time}`,
    what: `${name} frozen for ${time} s`,
    stall: Math.min(program.frozen, time + notice),
    work: (site, server) =>
      // What was replaced meanwhile cannot be woken.
      site.on(server, `${program.signal('STOP')}; sleep ${time}; ${program.signal('CONT')} || true`),
  })),
  {
    name: `${name}-stop`,
    what: `${name} stopped for ${stop} s`,
    stall: program.stopped,
    work: (site, server) =>
      site.on(
        server,
        program.unit === ''
          ? `kill -INT ${postmaster}`
          : `systemctl stop ${program.unit}; sleep ${stop}; systemctl start ${program.unit}`,
      ),
  },
];

const faultOf = (name: string, program: Program, deed: Deed, aim: (typeof aims)[number]): Fault => ({
  name: `${deed.name}${aim.suffix}`,
  group: name,
  what: `${deed.what}${aim.words}`,
  limits: limitsOf(program, deed.stall),
  ...(aim.isTogether && { arrange: together }),
  strike: async (site) => {
    const roles = await demandRoles(site);
    const server = aim.isTogether ? roles.primary : program.victim(site, roles);
    return { ...(await hit(() => deed.work(site, server))), aim: server };
  },
});

/** Every program of the site killed, frozen and stopped: where it is at work, and on the server that holds everything. */
export const processFaults: readonly Fault[] = Object.entries(programs).flatMap(([name, program]) =>
  deedsOf(name, program).flatMap((deed) => aims.map((aim) => faultOf(name, program, deed, aim))),
);
