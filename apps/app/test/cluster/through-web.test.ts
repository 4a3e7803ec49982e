import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Site, startSite } from '@scale-up/testing';
import { within } from '../support/app-process.ts';
import { clientOf } from '../support/client.ts';
import { openStream } from '../support/stream.ts';

suite('the stream of the cluster, through web', () => {
  let site: Site;
  let token: string;
  before(async () => {
    site = await startSite();
    const user = { email: site.adminEmail, password: site.adminPassword };
    token = (await clientOf(site.url).call('login', { body: { user } })).user.token;
  });
  after(() => site.stop());

  test('is passed on part by part, to several at once, and the leaving of one ends nothing of the others', async () => {
    const [one, other] = [await openStream(site.url, token), await openStream(site.url, token)];
    assert.equal(one.status, 200);
    await within(3, 'a picture for both', async () => one.pictures.length > 0 && other.pictures.length > 0);
    one.close();
    const seen = other.pictures.length;
    await sleep(3_000);
    assert.ok(other.pictures.length >= seen + 2, `${other.pictures.length - seen} pictures in 3 s`);
    assert.ok(other.longestSilence < 1_400, `${other.longestSilence} ms without a word`);
    assert.deepEqual(
      other.pictures.at(-1)?.servers.map(({ name, state }) => [name, state]),
      [['this machine', 'up']],
    );
    await other.ended;
    await within(2, 'its own series in the metrics of web and app', async () => {
      const texts = await Promise.all(
        [site.web, site.app].map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text()),
      );
      return texts.every((text) => /duration_seconds_count\{.*http_route="\/api\/cluster\/events"/.test(text));
    });
  });

  test('does not keep a web that drains for longer than it lasts', async () => {
    const stream = await openStream(site.url, token);
    await within(3, 'a picture', async () => stream.pictures.length > 0);
    const began = performance.now();
    site.web.signal('SIGTERM');
    await stream.ended;
    const { code } = await site.web.exited;
    assert.equal(code, 0);
    // Of the 30 s that a drain may take; a busy machine needs some for itself.
    assert.ok(performance.now() - began < 16_000, `${performance.now() - began} ms`);
  });
});
