import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFaults, pickFaults } from '../../drill/faults/index.ts';
import { orderOf } from '../../drill/order.ts';
import { sightOf, spansOf } from '../../drill/roles-watch.ts';
import { neighbourAt } from '../../servers/neighbours.ts';

const names = (wanted: string[]): string[] => pickFaults(allFaults(1), wanted).map(({ name }) => name);

test('every fault has a name of its own', () => {
  const all = names([]);
  assert.ok(all.length > 120, `${all.length} faults`);
  assert.equal(new Set(all).size, all.length);
});

test('every program is killed, frozen for 1, 5 and 30 s and stopped, also on the server that holds every role', () => {
  for (const program of ['haproxy', 'keepalived', 'web', 'app', 'postgres', 'patroni', 'etcd', 'valkey', 'sentinel']) {
    const deeds = ['freeze-1', 'freeze-30', 'freeze-5', 'kill', 'stop'].flatMap((deed) => [deed, `${deed}@all`]);
    assert.deepEqual(
      names([program]).toSorted(),
      deeds.map((deed) => `${program}-${deed}`),
    );
  }
});

test('faults are picked by name, and by the beginning of one', () => {
  assert.deepEqual(names(['2', 'loss']), ['2', 'loss-1', 'loss-5']);
  assert.throws(() => names(['earthquake']), /there is no mark earthquake/);
});

test('a round is over before the next one begins', () => {
  assert.deepEqual(orderOf(['a', 'b'], { repeat: 2, shuffle: false, seed: 1 }), ['a', 'b', 'a', 'b']);
});

test('a seed gives the same order again, each round another one, and everything in each', () => {
  const things = Array.from({ length: 20 }, (_, index) => index);
  const course = { repeat: 2, shuffle: true, seed: 7 };
  const order = orderOf(things, course);
  assert.deepEqual(orderOf(things, course), order);
  const rounds = [order.slice(0, 20), order.slice(20)];
  assert.notDeepEqual(rounds[0], rounds[1]);
  for (const round of rounds) {
    assert.deepEqual(
      round.toSorted((a, b) => a - b),
      things,
    );
  }
});

test('a server says whether it has the VIP and the primary', () => {
  assert.deepEqual(sightOf('1795674000.250000 1 0'), { at: 1_795_674_000_250, hasVip: true, isPrimary: false });
  assert.equal(sightOf('sleep: Terminated'), undefined);
});

test('what a server held ends when it has said nothing for a while, and begins anew when it says so again', () => {
  const sights = [0, 200, 400, 5_000, 5_200].map((at) => ({ at, hasVip: true, isPrimary: at > 300 }));
  assert.deepEqual(spansOf('s1', sights), [
    { server: 's1', from: 0, to: 400 },
    { server: 's1', from: 5_000, to: 5_200 },
  ]);
  assert.deepEqual(
    spansOf(
      's1',
      sights.filter(({ isPrimary }) => isPrimary),
    ),
    [
      { server: 's1', from: 400, to: 400 },
      { server: 's1', from: 5_000, to: 5_200 },
    ],
  );
});

test('who takes in what is sent to an address is known by the network card, once it has answered', () => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
10.77.0.11       0x1         0x2         02:00:00:00:00:0b     *        br0
10.77.0.100      0x1         0x2         02:00:00:00:00:0c     *        br0
10.77.0.13       0x1         0x0         00:00:00:00:00:00     *        br0
`;
  assert.equal(neighbourAt('10.77.0.100', table), '02:00:00:00:00:0c');
  assert.equal(neighbourAt('10.77.0.13', table), undefined);
  assert.equal(neighbourAt('10.77.0.10', table), undefined);
});
