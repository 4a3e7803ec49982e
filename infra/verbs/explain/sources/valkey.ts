import type { Source } from './rules.ts';

/** Of Sentinel and Valkey: who holds the cache. */
export const valkey: Source = {
  isOf: ({ unit, identifier }) => /^valkey-(?:sentinel|server)\.service$/.test(unit) && identifier !== 'systemd',
  who: ({ unit }) => (unit === 'valkey-sentinel.service' ? 'Sentinel' : 'Valkey'),
  rules: [
    [
      /\+switch-master \S+ (\S+) \d+ (\S+) \d+/,
      ([, from = '', to = ''], _entry, names) => {
        const server = names.ofAddress(to);
        return {
          what: `the cache goes from ${names.ofAddress(from)} to ${server}`,
          fact: { type: 'cache-moved', server },
        };
      },
    ],
    [
      /\+odown master \S+ (\S+)/,
      ([, at = ''], _entry, names) => `all agree that Valkey on ${names.ofAddress(at)} is lost`,
    ],
    [
      /([+-])sdown (?:master \S+|slave \S+) ([\d.]+) \d+/,
      ([, sign, at = ''], _entry, names) =>
        sign === '+'
          ? `does not hear Valkey on ${names.ofAddress(at)}`
          : `hears Valkey on ${names.ofAddress(at)} again`,
    ],
    [/\+try-failover master/, () => 'begins to move the cache'],
    [/-failover-abort-(\S+)/, ([, why]) => `gives up moving the cache: ${why}`],
    [/# (MISCONF.*|Can't save.*|Out Of Memory.*)/, ([, what]) => what],
  ],
};
