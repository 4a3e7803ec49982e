import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { existingImage } from '../lab/image.ts';
import { type Lab, runningLab } from '../lab/lab.ts';
import { labFolder, labId } from '../lab/layout.ts';
import { runToEnd } from '../local/run-to-end.ts';

const main = fileURLToPath(new URL('../lab/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scale-up-lab-'));

/** An inventory of servers that carry nothing. */
const inventoryOf = (servers: Record<string, string>): string => {
  const names = Object.keys(servers);
  const file = join(folder, `${names.length}.yml`);
  const members = { loadbalancers: names.slice(0, 2), web: names, app: ['a'], database: ['a'], cache: ['a'] };
  const groups = Object.entries(members).map(([group, some]) => `  ${group}: [${some.join(', ')}]`);
  const hosts = Object.entries(servers).map(([name, address]) => `  ${name}: { address: ${address} }`);
  writeFileSync(
    file,
    `name: lab-test
site: { host: halyard.test }
vip: { address: 10.79.0.100, prefix: 24, interface: eth0, router_id: 79 }
tls: { certificate: self-signed }
servers:\n${hosts.join('\n')}\ngroups:\n${groups.join('\n')}\n`,
  );
  return file;
};
const two = inventoryOf({ a: '10.79.0.11', b: '10.79.0.12' });
const three = inventoryOf({ a: '10.79.0.11', b: '10.79.0.12', c: '10.79.0.13' });

const verb = (...words: string[]): Promise<{ code: number; output: string }> =>
  runToEnd({ command: process.execPath, args: [main, ...words] }, {});

/** Runs a verb that must succeed. */
const done = async (...words: string[]): Promise<string> => {
  const { code, output } = await verb(...words);
  assert.equal(code, 0, output);
  return output;
};

const demand = (name: string): Lab => {
  const lab = runningLab({ name });
  assert.ok(lab, `lab ${name} is up`);
  return lab;
};

/** Runs a command on a server, which must succeed. */
const on = async (lab: Lab, server: string, text: string): Promise<string> => {
  const { code, output } = await lab.exec(server, text);
  assert.equal(code, 0, output);
  return output;
};

/** Whether a server gets an answer: within 5 s, since ARP takes its time after a cut. */
const reaches = async (lab: Lab, from: string, address: string): Promise<boolean> =>
  (await lab.exec(from, ['ping', '-q', '-c1', '-w5', address])).code === 0;
const isCutFrom = async (lab: Lab, from: string, address: string): Promise<boolean> =>
  (await lab.exec(from, ['ping', '-q', '-c2', '-i0.2', '-W1', address])).code === 1;

/** Everything on the host that carries a lab's name. */
const traces = (name: string): string[] => {
  const own = (text: string): boolean => text.includes(`lab-${labId(name)}`) || text.includes(`${labFolder(name)}/`);
  const commandLine = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
  const groups = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'];
  return [
    ...processes.map(commandLine),
    ...readFileSync('/proc/mounts', 'utf8').split('\n'),
    ...readdirSync('/run/netns'),
    ...readdirSync('/sys/class/net'),
    ...groups.filter((group) => existsSync(group)).flatMap((group) => readdirSync(group)),
    ...(existsSync(labFolder(name)) ? [`${labFolder(name)}/`] : []),
  ].filter(own);
};

const [first, second, broken] = ['lab-test-1', 'lab-test-2', 'lab-test-3'];
let one: Lab;
let other: Lab;

before(async () => {
  await Promise.all([done('up', '-i', two, '--lab', first), done('up', '-i', two, '--lab', second)]);
  [one, other] = [demand(first), demand(second)];
});
after(async () => {
  for (const name of [first, second, broken]) await verb('down', '--lab', name);
  rmSync(folder, { recursive: true });
});

test('two labs of the same inventory do not see each other', async () => {
  await on(one, 'a', 'ip address add 10.79.0.100/24 dev eth0 && touch /root/here');
  assert.equal(await reaches(one, 'b', '10.79.0.100'), true);
  assert.equal(await isCutFrom(other, 'b', '10.79.0.100'), true);
  assert.equal((await other.exec('a', 'test -e /root/here')).code, 1);
});

test('a server without power says nothing any more, and comes back with its disk and without what it held in memory', async () => {
  await on(
    one,
    'a',
    'mkdir -p /var/lib/containers/kept && nft add table inet kept && sysctl -qw net.ipv4.ip_nonlocal_bind=1',
  );
  await done('kill', '--lab', first, 'a');
  assert.equal(one.servers.a?.isOn, false);
  assert.equal(await isCutFrom(one, 'b', '10.79.0.11'), true);
  assert.equal(await isCutFrom(one, 'b', '10.79.0.100'), true);
  assert.equal(await reaches(other, 'b', '10.79.0.11'), true);
  await done('boot', '--lab', first, 'a');
  assert.equal(await reaches(one, 'b', '10.79.0.11'), true);
  await on(one, 'a', 'test -e /root/here && test -d /var/lib/containers/kept');
  assert.doesNotMatch(await on(one, 'a', 'nft list tables && ip address show dev eth0'), /kept|10\.79\.0\.100/);
  assert.equal(await on(one, 'a', 'sysctl -n net.ipv4.ip_nonlocal_bind'), '0');
});

test('a server that reboots itself is back within 20 s, whatever the host does in it, and one that is switched off stays off', async () => {
  const earlier = one.servers.a?.pid;
  const watching = one.exec('a', 'while sleep 0.1; do :; done');
  await one.exec('a', 'systemctl reboot');
  const deadline = Date.now() + 20_000;
  const isBack = async (): Promise<boolean> => {
    const pid = one.servers.a?.pid;
    return pid !== undefined && pid !== earlier && (await verb('ssh', '--lab', first, 'a', 'true')).code === 0;
  };
  while (!(await isBack())) {
    assert.ok(Date.now() < deadline);
    await sleep(200);
  }
  assert.notEqual((await watching).code, 0);
  await one.exec('b', 'systemctl poweroff');
  while (one.servers.b?.isOn) await sleep(100);
  assert.match(await done('up', '-i', two, '--lab', first), /✔ a +10\.79\.0\.11 was on already/);
  assert.equal(one.servers.b?.isOn, true);
});

test('a pulled cable stays pulled over a reboot until it is put back', async () => {
  await done('cut', '--lab', first, 'a');
  assert.equal(await isCutFrom(one, 'b', '10.79.0.11'), true);
  assert.equal(await reaches(other, 'b', '10.79.0.11'), true);
  assert.equal(await on(one, 'a', 'hostname'), 'a');
  await one.kill('a');
  await one.boot('a');
  assert.equal(await isCutFrom(one, 'b', '10.79.0.11'), true);
  await done('heal', '--lab', first, 'a');
  assert.equal(await reaches(one, 'b', '10.79.0.11'), true);
});

test('a way between two servers is blocked in one direction, or in both', async () => {
  const receives = async (to: string): Promise<string> =>
    on(one, to, "sed -n 's/.*eth0://p' /proc/net/dev | awk '{ print $2 }'");
  await done('cut', '--lab', first, 'a', 'b', '--one-way');
  assert.equal(await isCutFrom(one, 'a', '10.79.0.12'), true);
  const arrived = Number(await receives('a'));
  await isCutFrom(one, 'b', '10.79.0.11');
  assert.ok(Number(await receives('a')) > arrived, 'what b sends arrives at a');
  await done('heal', '--lab', first);
  await done('cut', '--lab', first, 'b', 'a');
  assert.equal(await isCutFrom(one, 'b', '10.79.0.11'), true);
  assert.equal((await one.inside(['ssh', '-F', one.sshConfig, 'b', 'true'])).code, 0);
  await one.heal('b');
  assert.equal(await reaches(one, 'b', '10.79.0.11'), true);
});

test('a server has no way to the internet, nor to the clock of the host', async () => {
  assert.equal((await one.exec('a', 'date --set 2020-01-01')).code, 1);
  assert.equal((await one.inside(['ssh', '-F', one.sshConfig, 'a', 'date --set 2020-01-01'])).code, 1);
  const start = performance.now();
  assert.equal((await one.exec('a', 'curl -sm5 http://192.0.2.1')).code, 7);
  assert.ok(performance.now() - start < 2_000, 'it is told at once');
});

test('the host reaches the servers of one lab, whose servers do not reach what listens on the host', async (context) => {
  const linked = [one, other].find(({ hostLink }) => networkInterfaces()[hostLink]);
  if (!linked) return context.skip('this host has a route to 10.79.0.0/24');
  const [{ address } = { address: '' }] = networkInterfaces()[linked.hostLink] ?? [];
  const listener = createServer().listen(0, address);
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const { code } = await linked.exec('a', `curl -sm1 http://${address}:${port}`);
  listener.close();
  assert.equal(code, 28, 'nothing comes back');
  const client = connect(22, '10.79.0.11');
  const [greeting] = (await once(client, 'data')) as [Buffer];
  client.destroy();
  assert.match(greeting.toString(), /^SSH-/);
});

test('a container runs as another user, on a read-only root, in the network of its server', async () => {
  const script = `mkdir -p /tmp/root/bin && cp /bin/sh /bin/id /tmp/root/bin
    for library in $(ldd /bin/sh /bin/id | grep -o '/lib[^ ]*'); do cp -L --parents $library /tmp/root; done
    tar -C /tmp/root -c . | podman import -q - localhost/small:1 >/dev/null
    podman run --rm --network host --user 1000 --read-only --cap-drop all localhost/small:1 /bin/sh -c 'id -u; (: > /x) 2>&1'
    podman info --format '{{.Store.GraphDriverName}}'`;
  const [user, attempt, driver] = (await on(one, 'b', script)).split('\n');
  assert.deepEqual([user, driver], ['1000', 'overlay']);
  assert.match(attempt ?? '', /Read-only file system/);
});

test('a lab grows with its inventory, and what runs goes on', async () => {
  const pid = one.servers.a?.pid;
  await done('up', '-i', three, '--lab', first);
  one = demand(first);
  assert.equal(one.servers.a?.pid, pid);
  assert.equal(await reaches(one, 'a', '10.79.0.13'), true);
});

test('a reset gives one server, or all, an empty disk', async () => {
  await on(one, 'a', 'touch /root/here');
  await on(one, 'b', 'touch /root/here');
  await done('reset', '--lab', first, 'a');
  assert.equal((await one.exec('a', 'test -e /root/here')).code, 1);
  await on(one, 'b', 'test -e /root/here');
  await done('reset', '--lab', first);
  assert.equal((await one.exec('b', 'test -e /root/here')).code, 1);
});

test('an unknown server is refused with the names of those there are', async () => {
  for (const words of [['kill'], ['boot'], ['cut'], ['heal'], ['ssh'], ['reset']]) {
    const { code, output } = await verb(...words, '--lab', second, 'z');
    assert.deepEqual([code, output], [1, `Lab ${second} has no server "z"; it has a, b.`]);
  }
});

/** Starts a lab and kills whoever starts it, as soon as something can be seen. */
const killedWhen = async (isSeen: () => boolean): Promise<void> => {
  const starting: ChildProcess = spawn(process.execPath, [main, 'up', '-i', two, '--lab', broken], { stdio: 'ignore' });
  while (!isSeen() && starting.exitCode === null) await sleep(5);
  assert.equal(starting.exitCode, null, 'it was killed half-way');
  starting.kill('SIGKILL');
};

test('a start that was killed half-way is taken down whole, or gone on with', async () => {
  const namespace = `lab-${labId(broken)}`;
  const stages = [
    () => existsSync(`${labFolder(broken)}/ssh/id_ed25519`),
    () => existsSync(`/run/netns/${namespace}`),
    () => existsSync(`${labFolder(broken)}/disks/b`),
    () => existsSync(`/run/netns/${namespace}-b`),
  ];
  for (const isSeen of stages) {
    await killedWhen(isSeen);
    await done('down', '--lab', broken);
    assert.deepEqual(traces(broken), []);
  }
  for (const isSeen of [stages[1], stages[3]]) {
    assert.ok(isSeen);
    await killedWhen(isSeen);
    await done('up', '-i', two, '--lab', broken);
    assert.equal(await reaches(demand(broken), 'a', '10.79.0.12'), true);
    await done('down', '--lab', broken);
  }
});

test('what is taken down leaves nothing behind, and another lab alone', async () => {
  const image = existingImage();
  await done('down', '--lab', first);
  assert.deepEqual(traces(first), []);
  assert.equal(existingImage(), image);
  assert.equal(await reaches(other, 'a', '10.79.0.12'), true);
  assert.match(await done('down', '--lab', first), /There is no lab lab-test-1\./);
});
