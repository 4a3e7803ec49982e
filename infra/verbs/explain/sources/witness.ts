import type { Source } from './rules.ts';

/** Of the watches that this site brings: witnesses of a lost primary, and who kills what does not answer. */
export const witness: Source = {
  isOf: ({ unit, identifier }) =>
    /^scale-up-(?:witness|watch|disk-watch)\.service$/.test(unit) && identifier !== 'systemd',
  who: ({ unit }) => (unit === 'scale-up-witness.service' ? 'witness' : 'watch'),
  rules: [
    [
      /nothing was heard of (\S+) for ([\d.]+) s: fenced, and voted on/,
      ([text = '', server = '', seconds], { at }) => ({
        what: text,
        fact: { type: 'server-lost', server, since: at - Number(seconds) * 1_000 },
      }),
    ],
    [/every other server says the same: \S+ is deposed/, ([text]) => text],
    [/\S+ is heard again: no vote, no fence/, ([text]) => text],
    [/nothing is heard of \S+, but .*/, ([text]) => text],
    [/etcd does not answer: .*/, ([text]) => text],
    [/\S+ did not answer three times in a row and is killed/, ([text]) => text],
    [/\d+ MB are left on the disk of the database: .*/, ([text]) => text],
  ],
};
