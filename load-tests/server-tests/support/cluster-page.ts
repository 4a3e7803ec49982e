import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { together } from '../../servers/arrange.ts';
import { ClusterPage, isWhole } from '../../servers/cluster-page.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { TestServers } from './test-servers.ts';

/** Seconds after which a lost server is shown as lost. */
const mark = 2;

/** Seconds more for the server that the page itself comes over: another one takes the VIP first (mark 3), and the browser connects to it. */
const handOver = 2;

/** Seconds in which another primary is chosen, and whoever asks the lost one's Patroni is turned away by its own server (decision 0035). */
const staying = 8;

/** Seconds for a server that starts anew, until all on it is at work again. */
const coming = 90;

/**
 * What the cluster page shows while a server loses its power. On any other lab: npm run cluster-page.
 * @param siteOf the site, once it is there
 */
export const clusterPageTests = (own: TestServers, siteOf: () => ServersSite): void => {
  suite('the cluster page', () => {
    let site: ServersSite;
    let page: ClusterPage;
    before(async () => {
      site = siteOf();
      page = new ClusterPage(site, (await own.secrets()).demo_password);
    });
    after(async () => {
      await page?.close();
    });

    test('shows every server as up, and who holds the VIP', async () => {
      await page.until(60, 0, isWhole);
      // All of them were just asked for their ports.
      await site.untilWhole(30);
      const { holder } = await site.roles();
      assert.equal(page.shown.at(-1)?.holder, `held by ${holder}`);
    });

    test('a server without the VIP that loses its power is shown as lost within 2 s, and as back when it is', async (t) => {
      const { holder } = await site.roles();
      const lost = site.servers.names.findLast((name) => name !== holder) ?? '';
      const began = Date.now();
      await site.hands.kill(lost);
      const took = await page.until(30, began, ({ servers }) => servers[lost] === 'lost');
      t.diagnostic(`${lost} is shown as lost after ${took.toFixed(2)} s`);
      assert.ok(took < mark, `${took} s`);
      await site.hands.boot(lost);
      t.diagnostic(
        `all is shown as well ${(await page.until(coming, Date.now(), isWhole)).toFixed(0)} s after it is on`,
      );
      await site.untilWhole(coming);
    });

    test('the server that holds most is shown as lost as soon as another one has taken the VIP over, and stays so', async (t) => {
      await together(site, () => {});
      const { holder = '' } = await site.roles();
      const began = Date.now();
      await site.hands.kill(holder);
      const took = await page.until(30, began, ({ servers }) => servers[holder] === 'lost');
      t.diagnostic(`${holder} is shown as lost after ${took.toFixed(2)} s`);
      assert.ok(took < mark + handOver, `${took} s`);
      await page.until(30, began, (shown) => shown.holder !== `held by ${holder}` && !shown.isStale);
      await sleep(staying * 1_000);
      const later = page.shown.filter(({ at }) => at >= began + took * 1_000);
      assert.deepEqual(
        later.filter(({ servers }) => servers[holder] !== 'lost'),
        [],
      );
      await site.hands.boot(holder);
      await page.until(coming, Date.now(), isWhole);
      await site.untilWhole(coming);
    });
  });
};
