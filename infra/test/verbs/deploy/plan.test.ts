import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readInventory } from '../../../inventory/read.ts';
import { parseReleases, releaseServers, runs, servicesOf } from '../../../verbs/deploy/fleet.ts';
import { isDone, lackedImages, planRelease } from '../../../verbs/deploy/plan.ts';
import { fleetOf, serverWith } from '../../support/fleets.ts';
import { shipped, threeServers } from '../../support/inventories.ts';

const inventory = threeServers();
const both = (tag: string) => ({ 'web-1': tag, 'app-1': tag });
const settled = fleetOf(serverWith(['old', 'older'], both('old'), { current: 'old', previous: 'older' }));
const spokenSteps = (plan: ReturnType<typeof planRelease>) =>
  plan.steps.map(
    ({ tier, instances }) => `${tier}: ${instances.map(({ server, number }) => `${server}/${number}`).join(' ')}`,
  );

suite('the plan of a deploy', () => {
  test('replaces app on every server, then web, and knows the way back', () => {
    const plan = planRelease(inventory, settled, 'new', ['app', 'web']);
    assert.deepEqual(spokenSteps(plan), ['app: s1/1 s2/1 s3/1', 'web: s1/1 s2/1 s3/1']);
    assert.equal(plan.before, 'old');
    assert.equal(plan.previous, 'old');
    assert.equal(isDone(plan), false);
  });

  test('goes the other way round for a rollback', () => {
    const plan = planRelease(inventory, settled, 'older', ['web', 'app']);
    assert.deepEqual(
      plan.steps.map(({ tier }) => tier),
      ['web', 'app'],
    );
  });

  test('leaves alone what runs the release already: a deploy that was killed goes on where it was', () => {
    const half = serverWith(['old', 'new'], { 'app-1': 'new', 'web-1': 'old' }, { current: 'old', previous: null });
    const plan = planRelease(inventory, { ...settled, s1: half }, 'new', ['app', 'web']);
    assert.deepEqual(spokenSteps(plan), ['app: s2/1 s3/1', 'web: s1/1 s2/1 s3/1']);
  });

  test('has nothing to do when all runs', () => {
    const fleet = fleetOf(serverWith(['new'], both('new'), { current: 'new', previous: 'old' }));
    const plan = planRelease(inventory, fleet, 'new', ['app', 'web']);
    assert.ok(isDone(plan));
    assert.deepEqual([plan.before, plan.previous], [undefined, 'old']);
  });

  test('knows the release before also when some servers have noted the new one, and then it was killed', () => {
    const noted = serverWith(['old', 'new'], both('new'), { current: 'new', previous: 'old' });
    const plan = planRelease(inventory, { ...settled, s1: noted, s2: noted }, 'new', ['app', 'web']);
    assert.equal(plan.before, 'old');
  });

  test('of the first release has no way back', () => {
    const plan = planRelease(inventory, fleetOf(serverWith([], {})), 'new', ['app', 'web']);
    assert.deepEqual([plan.before, plan.previous], [undefined, null]);
    const undone = fleetOf(serverWith(['new'], both('new'), { current: null, previous: null }));
    assert.equal(planRelease(inventory, undone, 'newer', ['app', 'web']).before, undefined);
  });

  test('takes an instance whose image has another content under the same tag for one to replace', () => {
    const server = serverWith(['new'], both('new'));
    const rebuilt = { ...server, images: { ...server.images, app: { new: 'app rebuilt' } } };
    const instance = { server: 's1', tier: 'app', number: 1 } as const;
    assert.equal(runs(fleetOf(server), instance, 'new'), true);
    assert.equal(runs(fleetOf(rebuilt), instance, 'new'), false);
  });
});

suite('images that servers lack', () => {
  test('are those of the release that a server does not have', () => {
    const without = serverWith(['old'], both('old'));
    const lacked = lackedImages(inventory, { ...fleetOf(serverWith(['new'], both('old'))), s2: without }, 'new', {});
    assert.deepEqual([...lacked], [['s2', ['web', 'app', 'db-migrator']]]);
  });

  test('are also those that are other ones than were built here', () => {
    const lacked = lackedImages(inventory, fleetOf(serverWith(['new'], {})), 'new', {
      web: 'web new',
      app: 'app rebuilt',
    });
    assert.deepEqual([...lacked.values()], [['app'], ['app'], ['app']]);
  });

  test('are on servers of one tier that tier’s alone; the schema goes where app is', () => {
    const tiers = readInventory(shipped('separate-tiers'));
    assert.deepEqual(releaseServers(tiers), ['web-1', 'app-1']);
    assert.deepEqual(servicesOf(tiers, 'web-1'), ['web']);
    assert.deepEqual(servicesOf(tiers, 'app-1'), ['app', 'db-migrator']);
    const lacked = lackedImages(tiers, { 'web-1': serverWith([], {}), 'app-1': serverWith([], {}) }, 'new', {});
    assert.deepEqual(Object.fromEntries(lacked), { 'web-1': ['web'], 'app-1': ['app', 'db-migrator'] });
  });
});

suite('what a server says of its releases', () => {
  test('is read: what it remembers, its images, its containers', () => {
    const found = parseReleases(`releases {"current":"4f3a","previous":"11bc"}
image localhost/scale-up/web 4f3a sha256:aaaa
image localhost/scale-up/web current sha256:aaaa
image localhost/scale-up/app 4f3a sha256:bbbb
image localhost/somebody/else 1 sha256:cccc
running web-1 aaaa
running app-1 bbbb
`);
    assert.deepEqual(found, {
      releases: { current: '4f3a', previous: '11bc' },
      images: { web: { '4f3a': 'aaaa', current: 'aaaa' }, app: { '4f3a': 'bbbb' }, 'db-migrator': {} },
      running: { 'web-1': 'aaaa', 'app-1': 'bbbb' },
    });
  });

  test('is nothing on a server that was never deployed to', () => {
    const nothing = { releases: undefined, images: { web: {}, app: {}, 'db-migrator': {} }, running: {} };
    assert.deepEqual(parseReleases('releases \n'), nothing);
  });
});
