import type { Selection } from './journal.ts';

/** Every request leaves lines with its id in these. */
const tiers = ['-u', 'haproxy', '-u', 'web@*', '-u', 'app@*'];

/** Whatever the servers decide among themselves. */
const cluster = ['keepalived', 'patroni', 'etcd', 'valkey-server', 'valkey-sentinel', 'scale-up-*'].flatMap((unit) => [
  '-u',
  unit,
]);

/** Python's stacks, and each connection that a client or a health check ended: in a bad minute that is nearly all that Patroni and PostgreSQL say. */
const noise = String.raw`\s|Traceback|Exception in thread|ssl\.|ConnectionReset|\S+@\S+ LOG:  (?:could not|unexpected EOF|failed to send)`;

/** Lines about a request. */
export const ofRequest = (id: string): Selection => ({ of: tiers, grep: id.replaceAll('.', String.raw`\.`) });

/** What happened on the servers, in parts of their own: none keeps the others from being read. */
export const events: readonly Selection[] = [
  { of: cluster, grep: `^(?!${noise})` },
  { of: ['-t', 'scale-up-verb', '-t', 'kernel', '-t', 'systemd-journald'] },
  // Requests are lines at info, and of HAProxy all that is JSON.
  {
    of: tiers,
    grep: String.raw`^(?!\{)|"level":"(?:warn|error|fatal)"|"msg":"(?:ready|drain|database back|cache connected)`,
  },
];

/** Requests at the edges that took a second or longer, failed or were tried again. */
export const noticed: Selection = {
  of: ['-u', 'haproxy'],
  grep: String.raw`^\{"service": "edge", "request_id": .*?"status": (?:5\d\d|\d+, "duration_ms": \d{4,}|.*"tries": [1-9])`,
};
