import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { cannotRender, rendered, type Rendered } from '../support/rendered.ts';

/** Of processors, for each unit of a server; who is not named has 100. */
const weightsOn = (site: Rendered, server: string): Record<string, number> => {
  const units = (site.files[server] ?? []).flatMap(({ path, text }) => {
    const unit = /\/([^/]+?)\.service(?:\.d\/.*)?$/.exec(path)?.[1];
    const weight = /^CPUWeight=(\d+)$/m.exec(text)?.[1];
    return unit !== undefined && weight !== undefined ? [[unit, Number(weight)] as const] : [];
  });
  return Object.fromEntries(units);
};

suite('when processors are short', { skip: cannotRender, timeout: 600_000 }, () => {
  let three: Rendered;
  let tiers: Rendered;
  before(async () => {
    three = await rendered('three-servers');
    tiers = await rendered('separate-tiers');
  });

  test('who decides or passes on comes before who keeps the data, and both before web and app', () => {
    const { haproxy, keepalived, etcd, patroni, ...others } = weightsOn(three, 's1');
    for (const first of [haproxy, keepalived, etcd, others['valkey-sentinel'], others['scale-up-witness']]) {
      assert.ok(
        first !== undefined && patroni !== undefined && first > patroni,
        `${first} is not more than ${patroni}`,
      );
    }
    assert.equal(others['valkey-server'], patroni);
    assert.ok(patroni !== undefined && patroni > 100);
  });

  test('the same is said of sessions, which count where units do not', () => {
    const ranks = three.files['s1']?.filter(({ path }) => path.endsWith('scale-up-rank.conf')) ?? [];
    assert.equal(ranks.length, 6);
    for (const { path, text } of ranks) {
      const weight = Number(/^CPUWeight=(\d+)$/m.exec(text)?.[1]);
      const nice = Number(/echo (-?\d+) >\/proc\/\$MAINPID\/autogroup/.exec(text)?.[1]);
      assert.equal(nice, weight === 1_000 ? -10 : -5, path);
    }
  });

  test('who is logged in, verbs among them, comes last', () => {
    const slice = three.files['s1']?.find(({ path }) => path === '/etc/systemd/system/user.slice.d/scale-up.conf');
    assert.match(slice?.text ?? '', /^\[Slice\]\nCPUWeight=20$/m);
  });

  test('a server says so of the units of its own groups', () => {
    assert.deepEqual(Object.keys(weightsOn(tiers, 'web-1')), ['haproxy']);
    assert.deepEqual(Object.keys(weightsOn(tiers, 'db-1')).toSorted(), ['etcd', 'patroni']);
  });
});
