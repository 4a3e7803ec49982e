import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestRedis } from '@scale-up/testing';
import { openCache } from '../src/index.ts';
import { within } from './within.ts';

const redis = await startTestRedis();
const notes: string[] = [];
const cache = openCache(redis.url, () => {}, {
  observer: ({ command, target }) => {
    if (target === 'limit unseen') return undefined;
    return (failure) => void notes.push(`${command} ${target}${failure === undefined ? '' : `: ${failure}`}`);
  },
});
after(async () => {
  cache.close();
  await redis.stop();
});

const options = { staleIf: () => true, patience: 1_000 };

test('an observer sees what the server is asked, and neither keys nor values', async () => {
  await within(2_000, 'it is connected', async () => (await cache.probe()) === true);
  const values = cache.values('things', { freshFor: 2_000, staleFor: 60_000, groupsOf: () => ['group'] });
  await values.through('a private key', async () => 'a private text', options);
  await within(1_000, 'it is stored', async () => notes.length === 2);
  await values.through('a private key', async () => 'a private text', options);
  await values.invalidate('group');
  await cache.rateLimiter('login', 5, 60).count('somebody@example.com');
  await cache.rateLimiter('login', 5, 60).check('somebody@example.com');
  await cache.rateLimiter('unseen', 5, 60).count('somebody@example.com');
  assert.deepEqual(notes, [
    'MGET values',
    'SET values',
    'MGET values',
    'DEL values',
    'EVALSHA limit login',
    'GET limit login',
  ]);
});

test('it hears of an answer that did not come in time', async () => {
  notes.length = 0;
  redis.signal('SIGSTOP');
  await cache.rateLimiter('login', 5, 60).count('somebody@example.com');
  redis.signal('SIGCONT');
  assert.deepEqual(notes, ['EVALSHA limit login: NoAnswer']);
});
