import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Queries } from '@scale-up/database';
import { within } from './support/app-process.ts';
import { type Person, publish, register } from './support/people.ts';
import { bytesOf, open } from './support/raw.ts';
import { testSite } from './support/site.ts';

const limits = { statement: 0, idleInTransaction: 0 };

suite('a write whose caller does not wait for it', () => {
  const site = testSite({ content: 'migrated', env: { HOLD_LIMIT_MS: '3000' } });

  const asAdmin = async <Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> => {
    const database = openDatabase({ url: site.site.database.adminUrl, poolSize: 1, applicationName: 'test', limits });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };
  const waiting = (columns: string) =>
    `SELECT ${columns} FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'app' AND wait_event_type = 'Lock'`;
  const isWaiting = () =>
    within(10, 'waiting for the lock', () =>
      asAdmin(async ({ script }) => (await script(waiting('pid'))).length === 1),
    );
  /** The transaction that waits is begun again, so that its caller is held. */
  const interrupt = async (): Promise<void> => {
    await isWaiting();
    await asAdmin(({ script }) => script(waiting('pg_terminate_backend(pid)')));
    await isWaiting();
  };

  /** Runs something while nobody else can change an article. */
  const whileLocked = async (slug: string, work: () => Promise<void>): Promise<void> => {
    const other = openDatabase({ url: site.site.database.ownerUrl, poolSize: 1, applicationName: 'test', limits });
    await other.transaction(async (queries) => {
      await queries.script(`SELECT FROM articles WHERE slug = '${slug}' FOR UPDATE`);
      await work();
    });
    await other.close();
    const noneWaits = (queries: Queries) => queries.script(waiting('pid')).then((rows) => rows.length === 0);
    await within(10, 'the end of the wait', () => asAdmin(noneWaits));
  };

  const changed = { article: { body: 'changed' } };
  const bodyOf = async (author: Person, slug: string): Promise<string> =>
    (await author.call('article', { params: { slug } })).article.body;
  const drops = (): number =>
    site.site.app.logs().filter(({ msg }) => msg === 'dropped a request whose caller has left').length;

  for (const isHeld of [false, true]) {
    test(`is dropped when the caller leaves ${isHeld ? 'while it is held' : 'during its first try'}, and can be asked for again`, async () => {
      const author = await register(site);
      const { slug } = await publish(author);
      const before = drops();
      const bytes = bytesOf(author, 'PUT', `/articles/${slug}`, randomUUID(), changed);
      await whileLocked(slug, async () => {
        const socket = await open(site.site.app.url);
        socket.write(bytes);
        await (isHeld ? interrupt() : isWaiting());
        socket.destroy();
        // It is noticed before the lock is given up.
        if (isHeld) await within(5, 'the drop', async () => drops() > before);
        else await sleep(1_500);
      });
      await within(5, 'the drop', async () => drops() > before);
      assert.equal(await bodyOf(author, slug), 'All of it.');
      const again = await open(site.site.app.url);
      let text = '';
      again.setEncoding('utf8').on('data', (data: string) => (text += data));
      again.write(bytes);
      await within(5, 'an answer', async () => text.includes('"changed"'));
      assert.match(text.replaceAll('HTTP/1.1 102 Processing\r\n\r\n', ''), /^HTTP\/1\.1 200 OK/);
      again.destroy();
    });
  }

  test('is told 503 at the hold limit and not done after it: who asks again gets an answer of their own, not the 503', async () => {
    const author = await register(site);
    const { slug } = await publish(author);
    const key = randomUUID();
    const change = { params: { slug }, body: changed, key };
    await whileLocked(slug, async () => {
      const replying = author.attempt('changeArticle', change);
      await interrupt();
      assert.equal((await replying).status, 503);
    });
    assert.equal(await bodyOf(author, slug), 'All of it.');
    const reply = await author.attempt('changeArticle', change);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('idempotency-replayed'), null);
    assert.equal((JSON.parse(reply.text) as { article: { body: string } }).article.body, 'changed');
  });
});
