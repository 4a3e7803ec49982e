import type { Source } from './rules.ts';

/** Of the operator: the verbs that had the lock of the servers (`support/lock.ts`). */
export const verbs: Source = {
  isOf: ({ identifier }) => identifier === 'scale-up-verb',
  who: () => 'operator',
  rules: [
    [/^(\S+) begins (.+)$/, ([text = '', who = '', verb = '']) => ({ what: text, fact: { type: 'verb', who, verb } })],
    [/^\S+ ends .+$/, ([text]) => text],
  ],
};
