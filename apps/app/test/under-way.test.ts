import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@scale-up/database';
import { startService } from '@scale-up/testing';
import { appEnv, entry, within } from './support/app-process.ts';
import { type Person, publish, register } from './support/people.ts';
import { bytesOf, open } from './support/raw.ts';
import { testSite } from './support/site.ts';

const word = 'HTTP/1.1 102 Processing\r\n\r\n';

suite('a request that is under way', () => {
  const site = testSite();

  /** What app sends for a change of an article that takes this long. */
  const slowChange = async (url: string, author: Person, milliseconds: number, version = 'HTTP/1.1') => {
    const { slug } = await publish(author);
    const limits = { statement: 0, idleInTransaction: 0 };
    const other = openDatabase({ url: site.site.database.ownerUrl, poolSize: 1, applicationName: 'test', limits });
    let text = '';
    await other.transaction(async (queries) => {
      await queries.script(`SELECT FROM articles WHERE slug = '${slug}' FOR UPDATE`);
      const socket = await open(url);
      socket.setEncoding('utf8').on('data', (data: string) => (text += data));
      const body = { article: { body: 'changed' } };
      socket.write(bytesOf(author, 'PUT', `/articles/${slug}`, randomUUID(), body).replace('HTTP/1.1', version));
      await sleep(milliseconds);
    });
    await within(10, 'the answer', async () => /HTTP\/1\.1 200 OK/.test(text));
    await other.close();
    return text;
  };

  test('is spoken of to the hop before all the time, though the database is not away, and answered once', async () => {
    const author = await register(site);
    const text = await slowChange(site.site.app.url, author, 3_500);
    // Seven fit in, and each silence must be shorter than 1.5 s.
    assert.ok(text.startsWith(word.repeat(4)), text);
    assert.match(text.replaceAll(word, ''), /^HTTP\/1\.1 200 OK\r\n[^]*"changed"/);
  });

  test('is not spoken of to a stranger, nor in HTTP/1.0', async () => {
    const author = await register(site);
    const old = await slowChange(site.site.app.url, author, 1_200, 'HTTP/1.0');
    assert.doesNotMatch(old, / 102 /);
    const app = await startService({ entry, env: appEnv(site.site.database.appUrl) });
    const text = await slowChange(app.url, author, 1_200);
    assert.doesNotMatch(text, / 102 /);
    await app.stop();
  });
});
