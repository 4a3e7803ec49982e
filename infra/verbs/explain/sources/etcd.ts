import type { Source } from './rules.ts';

/** Of etcd: who leads it, and whether members hear each other. Members have ids there; `nameMembers` replaces them. */
export const etcd: Source = {
  isOf: ({ unit, identifier }) => /^etcd\.service$/.test(unit) && identifier !== 'systemd',
  who: () => 'etcd',
  rules: [
    [/"msg":"raft\.node: [\da-f]+ elected leader ([\da-f]+) at term/, ([, id]) => `is led by member ${id}`],
    [/"msg":"raft\.node: [\da-f]+ lost leader ([\da-f]+) at term/, ([, id]) => `has lost its leader, member ${id}`],
    [/"msg":"peer became inactive[^"]*","peer-id":"([\da-f]+)"/, ([, id]) => `does not hear member ${id}`],
    [/"msg":"peer became active","peer-id":"([\da-f]+)"/, ([, id]) => `hears member ${id}`],
    [/"msg":"leader failed to send out heartbeat on time/, () => 'leads too slowly: disk or processor are busy'],
    [/"msg":"(?:apply request|slow fdatasync) (?:took|took too long)/, () => 'is slow: disk or processor are busy'],
    [/database space exceeded/, () => 'has no room left'],
  ],
};

/** A member's id in what it says of itself. */
export const memberId =
  /"msg":"(?:raft\.node: )?([\da-f]{12,16}) (?:became|elected|lost|received|switched|is starting)/;
