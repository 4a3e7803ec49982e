import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InventoryError, parseInventory, readInventory } from '../../inventory/read.ts';
import { type Changes, shipped, textWith } from '../support/inventories.ts';

const faultsOfText = (text: string): readonly string[] => {
  try {
    parseInventory('mine.yml', text);
  } catch (error) {
    assert.ok(error instanceof InventoryError, String(error));
    return error.faults;
  }
  return [];
};

const faultsOf = (changes: Changes): readonly string[] => faultsOfText(textWith(changes));

const bucket = {
  bucket: 'scale-up',
  region: 'eu-central-1',
  endpoint: 's3.test',
  path: '/scale-up',
  credentials_file: 'credentials',
};

type Case = readonly [what: string, changes: Changes, fault: string];

/** One fault each: it is told alone, with its path, the value seen and what would be right. */
const check = (cases: readonly Case[]): void => {
  for (const [what, changes, fault] of cases) test(what, () => assert.deepEqual(faultsOf(changes), [fault]));
};

suite('a value that cannot be right is told by its path, with what was seen and what would be right', () => {
  check([
    [
      'an address that is none',
      { 'servers.s2.address': '10.77.0.300' },
      'servers.s2.address: "10.77.0.300" is no IPv4 address',
    ],
    [
      'a host name instead of an address',
      { 'vip.address': 'www.example.org' },
      'vip.address: "www.example.org" is no IPv4 address',
    ],
    ['a network that is too small for anybody', { 'vip.prefix': 31 }, 'vip.prefix: 31 is no whole number from 8 to 30'],
    ['a number in quotes', { 'vip.router_id': '77' }, 'vip.router_id: "77" is no whole number from 1 to 255'],
    [
      'an interface with a space',
      { 'vip.interface': 'eth 0' },
      'vip.interface: "eth 0" is no name of a network interface',
    ],
    [
      'a site without a dot',
      { 'site.host': 'halyard' },
      'site.host: "halyard" is no host name such as www.example.org',
    ],
    [
      'a site that is an address of a page',
      { 'site.host': 'https://halyard.test' },
      'site.host: "https://halyard.test" is no host name such as www.example.org',
    ],
    [
      'a kind of certificate that there is not',
      { 'tls.certificate': 'letsencrypt' },
      'tls.certificate: "letsencrypt" is neither self-signed nor files',
    ],
    ['a yes that is no true', { 'tls.http3': 'yes' }, 'tls.http3: "yes" is neither true nor false'],
    [
      'a port beyond the last one',
      { 'servers.s1.ssh': { port: 65_536 } },
      'servers.s1.ssh.port: 65536 is no whole number from 1 to 65535',
    ],
    [
      'a user with a capital letter',
      { 'servers.s1.ssh': { user: 'Admin' } },
      'servers.s1.ssh.user: "Admin" is no name of a user',
    ],
    ['no instance at all', { 'instances.web': 0 }, 'instances.web: 0 is no whole number from 1 to 24'],
    ['half an instance', { 'instances.app': 1.5 }, 'instances.app: 1.5 is no whole number from 1 to 24'],
    [
      'a network without its prefix',
      { settings: { ssh_from: ['10.0.0.0/8', '10.0.0.1'] } },
      'settings.ssh_from[1]: "10.0.0.1" is no IPv4 network such as 192.0.2.0/24',
    ],
    [
      'nobody who may come by SSH',
      { settings: { ssh_from: [] } },
      'settings.ssh_from: [] is no list of one or more networks',
    ],
    [
      'a collector without its protocol',
      { tracing: { endpoint: '192.0.2.10:4318' } },
      'tracing.endpoint: "192.0.2.10:4318" is no address of a collector such as http://192.0.2.10:4318',
    ],
    [
      'a collector with a password',
      { tracing: { endpoint: 'http://me:word@192.0.2.10:4318' } },
      'tracing.endpoint: "http://me:word@192.0.2.10:4318" is no address of a collector such as http://192.0.2.10:4318',
    ],
    [
      'per cent in the place of a ratio',
      { tracing: { endpoint: 'https://otel.example.org', ratio: 10 } },
      'tracing.ratio: 10 is no number from 0 to 1',
    ],
    [
      'a registry with its protocol',
      { registry: 'https://registry.example.org' },
      'registry: "https://registry.example.org" is no name of a registry such as registry.example.org/scale-up',
    ],
    [
      'nobody who measures',
      { observability: { servers: [] } },
      'observability.servers: [] is no list of one or more names of servers',
    ],
    [
      'an Alertmanager without its port',
      { observability: { servers: ['s1'], alertmanagers: ['192.0.2.20:9093', 'alerts.example.org'] } },
      'observability.alertmanagers[1]: "alerts.example.org" is no host and port such as alerts.example.org:9093',
    ],
    [
      'an Alertmanager with its protocol',
      { observability: { servers: ['s1'], alertmanagers: ['http://alerts:9093'] } },
      'observability.alertmanagers[0]: "http://alerts:9093" is no host and port such as alerts.example.org:9093',
    ],
    [
      'a name with an underscore',
      { name: 'my_site' },
      'name: "my_site" is no name (lower-case letters, digits and hyphens, a letter first, 31 at most)',
    ],
    [
      'a server whose name is no host name',
      { 'servers.Web_1': { address: '10.77.0.14' } },
      'servers.Web_1: a name has lower-case letters, digits and hyphens only, a letter first, 31 at most',
    ],
    [
      'backups in a folder whose path is relative',
      { backup: { folder: 'backups' } },
      'backup.folder: "backups" is no absolute path without spaces',
    ],
    [
      'backups at an hour that there is not',
      { backup: { folder: '/mnt/backups', at: '24:00' } },
      'backup.at: "24:00" is no time of day such as 03:30',
    ],
    [
      'an SSH server’s key with its name in front',
      { backup: { sftp: { host: 'b.test', user: 'b', path: '/b', host_key: 'b.test ssh-ed25519 AAAA' } } },
      'backup.sftp.host_key: "b.test ssh-ed25519 AAAA" is no SSH host key',
    ],
    [
      'a bucket’s address with its protocol',
      { backup: { s3: { ...bucket, endpoint: 'https://s3.test' } } },
      'backup.s3.endpoint: "https://s3.test" is no host name without https://, such as s3.example.org',
    ],
    ['no servers', { servers: {} }, 'servers: {} is no list of servers by name'],
    [
      'a server that is only an address',
      { 'servers.s3': '10.77.0.13' },
      'servers.s3: "10.77.0.13" is no list of keys (address,ssh)',
    ],
    ['an empty group', { 'groups.web': [] }, 'groups.web: [] is no list of one or more names of servers'],
    [
      'a group of one without its brackets',
      { 'groups.web': 's1' },
      'groups.web: "s1" is no list of one or more names of servers',
    ],
  ]);
});

suite('a key is told that is not there, or should not be', () => {
  check([
    ['a missing key', { 'vip.address': undefined }, 'vip.address is missing; three-servers.yml says what it is for'],
    ['a missing part', { tls: undefined }, 'tls is missing; three-servers.yml says what it is for'],
    [
      'a misspelt key, with the one that is meant',
      { 'servers.s2.adress': '10.77.0.12' },
      'servers.s2.adress: there is no such key; "address" is meant?',
    ],
    [
      'a misspelt part, with the one that is meant',
      { setings: {} },
      'setings: there is no such key; "settings" is meant?',
    ],
    [
      'a misspelt group, with the one that is meant',
      { 'groups.load_balancers': ['s1', 's2'] },
      'groups.load_balancers: there is no such key; "loadbalancers" is meant?',
    ],
    [
      'a key like no other, with all that there are',
      { 'vip.colour': 'blue' },
      'vip.colour: there is no such key; known are address, prefix, interface, router_id',
    ],
  ]);

  test('a key that stands twice is told with its line, since YAML would take the second one silently', () => {
    const text = 'name: one\nsite: { host: a.test }\nname: two\n';
    assert.deepEqual(faultsOfText(text), ['line 3: the key name stands twice']);
  });

  test('what is no YAML is told with its line', () => {
    const [fault = ''] = faultsOfText('name: one\nsite: { host: a.test\n');
    assert.match(fault, /^line \d+: /);
  });

  test('an empty file is no inventory', () => {
    assert.deepEqual(faultsOfText(''), [
      'the inventory: null is no list of keys (name,site,vip,tls,servers,groups,instances,observability,registry,tracing,backup,settings)',
    ]);
  });
});

suite('parts that do not fit together are told', () => {
  check([
    [
      'a group with a server that there is not',
      { 'groups.web': ['s1', 's4'] },
      'groups.web: there is no server "s4"; servers are s1, s2, s3',
    ],
    [
      'a server that shall measure and that there is not',
      { observability: { servers: ['s1', 's4'] } },
      'observability.servers: there is no server "s4"; servers are s1, s2, s3',
    ],
    ['a server twice in a group', { 'groups.web': ['s1', 's1', 's2'] }, 'groups.web: "s1" stands twice'],
    [
      'one load balancer',
      { 'groups.loadbalancers': ['s1'] },
      'groups.loadbalancers: needs 2 or 3 servers: one has nobody to hand the VIP over to, more only wait (1 given)',
    ],
    [
      'two databases',
      { 'groups.database': ['s1', 's2'] },
      'groups.database: needs 1 or 3 servers: they are the members of etcd, and of two neither may decide alone (2 given)',
    ],
    [
      'two caches',
      { 'groups.cache': ['s1', 's2'] },
      'groups.cache: needs 1 or 3 servers: each runs a Sentinel, and of two neither may decide alone (2 given)',
    ],
    [
      'a server in no group',
      { 'servers.s4': { address: '10.77.0.14' } },
      'servers.s4: is in no group; put it into one, or take it out',
    ],
    [
      'two servers of one address',
      { 'servers.s3.address': '10.77.0.12' },
      'servers: s2 and s3 have the same address 10.77.0.12',
    ],
    [
      'a VIP that is a server',
      { 'vip.address': '10.77.0.13' },
      'vip.address: 10.77.0.13 is the address of s3; the VIP is an address of its own',
    ],
    [
      'a load balancer outside of the VIP’s network',
      { 'servers.s2.address': '10.78.0.12' },
      'vip.address: 10.77.0.100/24 is not in the network of load balancer s2 (10.78.0.12)',
    ],
    [
      'a VIP that is its network’s broadcast address',
      { 'vip.address': '10.77.0.255' },
      'vip.address: 10.77.0.255 is the first or last address of its /24 network, which no server can have',
    ],
    [
      'certificate files without the key’s',
      { tls: { certificate: 'files', certificate_file: 'cert.pem' } },
      'tls.key_file is missing: tls.certificate is "files"',
    ],
    [
      'backups without a place',
      { backup: { keep_days: 30 } },
      'backup: names no place; it must be one of folder, sftp and s3',
    ],
    [
      'backups in two places',
      { backup: { folder: '/mnt/backups', s3: bucket } },
      'backup: names folder and s3; it must be one of folder, sftp and s3',
    ],
    [
      'a certificate’s file that nobody would read',
      { 'tls.certificate_file': 'cert.pem' },
      'tls.certificate_file: is only read when tls.certificate is "files"',
    ],
  ]);

  test('a server that only measures has something to do', () => {
    const alone = { 'servers.s4': { address: '10.77.0.14' }, observability: { servers: ['s4'] } };
    assert.deepEqual(faultsOf(alone), []);
  });

  test('a server of another network may be anything but a load balancer', () => {
    assert.deepEqual(faultsOf({ 'servers.s3.address': '192.0.2.13' }), []);
  });
});

suite('faults come all at once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-inventory-'));
  after(() => rmSync(folder, { recursive: true }));
  const status = fileURLToPath(new URL('../../verbs/status.ts', import.meta.url));
  const run = (file: string) => spawnSync(process.execPath, [status, '-i', file], { encoding: 'utf8' });

  test('five faults in five places are five lines', () => {
    const faults = faultsOf({
      'servers.s1.address': 'here',
      'servers.s2.port': 22,
      'groups.web': [],
      'vip.prefix': 0,
      site: undefined,
    });
    assert.deepEqual(
      faults.map((fault) => fault.split(/:| is missing/)[0]),
      ['site', 'vip.prefix', 'servers.s1.address', 'servers.s2.port', 'groups.web'],
    );
  });

  test('a verb prints them on stderr, says how many, and ends with code 78', () => {
    const file = join(folder, 'mine.yml');
    writeFileSync(file, textWith({ 'servers.s1.address': 'here', 'vip.router_id': 0 }));
    const { status: code, stdout, stderr } = run(file);
    assert.equal(code, 78);
    assert.equal(stdout, '');
    assert.deepEqual(stderr.trim().split('\n'), [
      `${file} has 2 faults:`,
      '  vip.router_id: 0 is no whole number from 1 to 255',
      '  servers.s1.address: "here" is no IPv4 address',
    ]);
  });

  test('one that is not there is told by its path, without a stack, and ends with code 78 as well', () => {
    const { status: code, stderr } = run(join(folder, 'none.yml'));
    assert.equal(code, 78);
    assert.equal(stderr, `There is no inventory ${join(folder, 'none.yml')}\n`);
  });
});

suite('the inventories of the repository', () => {
  for (const name of ['three-servers', 'separate-tiers'] as const) {
    test(`${name}.yml is valid, and named like its file`, () => {
      assert.equal(readInventory(shipped(name)).name, name);
    });
  }

  test('what is left out has its default', () => {
    const { servers, tls, settings, observability, backup } = readInventory(shipped('three-servers'));
    assert.equal(backup, undefined);
    assert.deepEqual(servers['s1'], { address: '10.77.0.11', ssh: { user: 'root', port: 22 } });
    assert.equal(tls.http3, false);
    assert.deepEqual(observability, { servers: [], alertmanagers: [] });
    assert.deepEqual(settings, { ssh_from: ['0.0.0.0/0'], requests_per_client: 500 });
  });
});
