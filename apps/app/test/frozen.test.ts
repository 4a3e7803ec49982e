import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@scale-up/testing';
import { within } from './support/app-process.ts';
import { publish, register } from './support/people.ts';
import { bytesOf, open } from './support/raw.ts';
import { testSite } from './support/site.ts';

suite('a process that was frozen', () => {
  const site = testSite();

  /** Has a process find writes whose callers have gone, and gives the number of those that it did all the same. */
  const thawAmong = async (service: ServiceProcess, end: 'resetAndDestroy' | 'destroy'): Promise<number> => {
    const person = await register(site);
    const { slug } = await publish(person);
    service.signal('SIGSTOP');
    try {
      for (let i = 0; i < 30; i++) {
        const socket = await open(service.url);
        const comment = { comment: { body: `comment ${i}` } };
        await new Promise<void>((resolve) =>
          socket.write(bytesOf(person, 'POST', `/articles/${slug}/comments`, randomUUID(), comment), () => resolve()),
        );
        socket[end]();
      }
      await sleep(200);
    } finally {
      service.signal('SIGCONT');
    }
    await within(10, 'an answer', async () => (await fetch(`${site.url}/api/tags`)).status === 200);
    await sleep(500);
    return site.count(`SELECT count(*) FROM comments WHERE body LIKE 'comment %'`);
  };

  for (const name of ['app', 'web'] as const) {
    test(`when ${name} thaws, it does none of the writes whose connections were reset meanwhile`, async () => {
      assert.equal(await thawAmong(site.site[name], 'resetAndDestroy'), 0);
      const isRefusal = ({ msg }: { msg?: string }): boolean => msg === 'refused a request whose caller has gone';
      await within(10, 'a line for each', async () => site.site[name].logs().filter(isRefusal).length === 30);
    });
  }

  test('when app thaws, it does none of the writes whose connections were closed meanwhile', async () => {
    assert.equal(await thawAmong(site.site.app, 'destroy'), 0);
  });
});
