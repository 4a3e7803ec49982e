import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readInventory } from '../../inventory/read.ts';
import { faultRules, isUnplugged, noFaults, withBlocked, withoutFaults, withUnplugged } from '../../lab/faults.ts';
import { refusal } from '../../lab/host.ts';
import { serverOf } from '../../lab/lab.ts';
import { addressToNumber, labId, layoutOf, networkOf, numberToAddress } from '../../lab/layout.ts';
import { root } from '../../local/paths.ts';
import { shipped, threeServers } from '../support/inventories.ts';

const layout = (name: string, inventory = threeServers()) => layoutOf(name, inventory.file, inventory, '/image');
const words = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(words)
      : [];

suite('the names of a lab', () => {
  test('are the same every time, so that a command finds what another has made', () => {
    assert.deepEqual(layout('one'), layout('one'));
  });

  test('have nothing on the host in common with those of another lab', () => {
    const [one, two] = [layout('one'), layout('two')];
    const own = ['id', 'folder', 'namespace', 'hostLink', 'sshKey', 'sshConfig', 'knownHosts'] as const;
    for (const key of own) assert.notEqual(one[key], two[key], key);
    const onHost = ({ servers }: typeof one) =>
      Object.values(servers).flatMap(({ namespace, mac, disk, log, lock, processes }) => [
        namespace,
        mac,
        disk,
        log,
        lock,
        processes,
      ]);
    assert.deepEqual(
      onHost(one).filter((name) => onHost(two).includes(name)),
      [],
    );
  });

  test('come from the checkout too: two checkouts can have a lab of one name', () => {
    assert.match(labId('one'), /^[0-9a-f]{6}$/);
    assert.ok(layout('one').folder.startsWith(`${root}.local/lab/`));
  });

  test('are different of all its servers, however long these are called', () => {
    const { servers, ...rest } = readInventory(shipped('separate-tiers'));
    const long = { ['a'.repeat(30)]: servers['lb-1']!, [`${'a'.repeat(29)}b`]: servers['lb-2']! };
    const all = Object.values(layout('x', { ...rest, servers: { ...servers, ...long } }).servers);
    assert.equal(all.length, 7);
    for (const key of ['namespace', 'port', 'mac', 'disk', 'log', 'lock', 'processes'] as const)
      assert.equal(new Set(all.map((server) => server[key])).size, 7, key);
  });

  test('fit: an interface’s name has 15 characters at most', () => {
    const { hostLink, servers } = layout('a-lab-with-quite-a-long-name');
    for (const name of [hostLink, ...Object.values(servers).map(({ port }) => port)])
      assert.ok(name.length <= 15, name);
  });

  test('are quotable: no path or name needs a quote in a shell', () => {
    const odd = words(layout('one')).filter((word) => !word.startsWith(root) && !/^[\w./:@-]+$/.test(word));
    assert.deepEqual(odd, []);
  });
});

suite('the network of a lab', () => {
  test('is the VIP’s, with its own side at the first address and the servers at theirs', () => {
    const { network, vip, servers } = layout('one');
    assert.deepEqual(network, { address: '10.77.0.1', prefix: 24, interface: 'eth0' });
    assert.equal(vip, '10.77.0.100');
    assert.deepEqual(
      Object.values(servers).map(({ address }) => address),
      ['10.77.0.11', '10.77.0.12', '10.77.0.13'],
    );
  });

  test('is reckoned right where a network does not end at a dot', () => {
    assert.equal(numberToAddress(networkOf('10.77.5.200', 22)), '10.77.4.0');
    assert.equal(numberToAddress(networkOf('192.0.2.77', 28)), '192.0.2.64');
    assert.equal(numberToAddress(addressToNumber('255.255.255.255')), '255.255.255.255');
  });

  test('gives servers addresses of hardware that nobody sells', () => {
    for (const { mac } of Object.values(layout('one').servers)) assert.match(mac, /^02(:[0-9a-f]{2}){5}$/);
  });
});

suite('faults of a lab’s network', () => {
  const ports = { s1: 'port-1', s2: 'port-2', s3: 'port-3' };
  const drops = (faults: typeof noFaults): string[] =>
    [...faultRules(faults, ports).matchAll(/iifname "(\S+)" oifname "(\S+)" drop/g)].map(
      ([, from, to]) => `${from} ${to}`,
    );

  test('between two servers go both ways, unless one is wanted', () => {
    assert.deepEqual(drops(withBlocked(noFaults, 's1', 's2', false)), ['port-1 port-2', 'port-2 port-1']);
    assert.deepEqual(drops(withBlocked(noFaults, 's1', 's2', true)), ['port-1 port-2']);
  });

  test('add up, and the same one twice is one', () => {
    const one = withBlocked(noFaults, 's1', 's2', true);
    assert.deepEqual(withBlocked(one, 's1', 's2', true), one);
    assert.equal(withBlocked(one, 's1', 's2', false).blocked.length, 2);
    const both = withUnplugged(withBlocked(one, 's2', 's3', true), 's3');
    assert.deepEqual(withUnplugged(both, 's3'), both);
    assert.equal(isUnplugged(both, 's3'), true);
    assert.equal(both.blocked.length, 2);
  });

  test('are healed of one server, in either direction, or all', () => {
    const faults = withUnplugged(withBlocked(withBlocked(noFaults, 's1', 's2', false), 's2', 's3', true), 's3');
    assert.deepEqual(withoutFaults(faults, 's1'), { unplugged: ['s3'], blocked: [['s2', 's3']] });
    assert.deepEqual(withoutFaults(faults, 's3').unplugged, []);
    assert.deepEqual(withoutFaults(faults), noFaults);
  });

  test('are replaced in one step, so that none is left over', () => {
    const lines = faultRules(noFaults, ports).split('\n');
    assert.deepEqual(lines.slice(0, 2), ['table bridge faults', 'delete table bridge faults']);
    assert.deepEqual(drops(noFaults), []);
  });
});

suite('a lab is refused', () => {
  test('on what is no Linux, and to who is not root, with a sentence', () => {
    assert.match(refusal('darwin', 0) ?? '', /^The lab needs Linux, and this is darwin/);
    assert.match(refusal('linux', 1_000) ?? '', /^The lab needs root/);
    assert.equal(refusal('linux', 0), undefined);
  });

  test('a server that it does not have, with those that it has', () => {
    assert.equal(serverOf(layout('one'), 's2').name, 's2');
    for (const name of ['s9', 'toString'])
      assert.throws(() => serverOf(layout('one'), name), {
        message: `Lab one has no server "${name}"; it has s1, s2, s3.`,
      });
  });
});
