import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runToEnd } from '../local/run-to-end.ts';
import { alone } from '../test/support/debian-root.ts';
import { rendered } from '../test/support/rendered.ts';

const work = mkdtempSync(join(tmpdir(), 'scale-up-hand-over-'));
after(() => rmSync(work, { recursive: true }));

/** What listens on a balancer: says its name, or ends the connection; and is heard of by the other one, as HAProxy's checks are. */
const balancer = `
import { connect, createServer } from 'node:net';
const [name, peer] = process.argv.slice(2);
createServer((socket) => {
  socket.on('error', () => {}).on('data', (text) => {
    if (String(text) === 'bye') socket.end();
    else if (String(text) === 'later') setTimeout(() => socket.write(name), 5000);
    else socket.write(name);
  });
}).listen(443, '0.0.0.0');
setInterval(() => connect(8404, peer).on('error', () => {}), 100);
`;

/** A client whose packets go where the VIP is: its neighbour's entry is what an announcement changes. */
const client = `
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
const [vip, ...macs] = process.argv.slice(2);
const move = (to) => execFileSync('ip', ['neigh', 'replace', vip, 'lladdr', macs[to - 1], 'dev', 'eth0', 'nud', 'permanent']);
const open = async (localPort) => {
  const socket = connect({ host: vip, port: 443, localPort });
  await once(socket, 'connect');
  return socket;
};
const who = async (socket) => {
  socket.write('who');
  return Promise.race([once(socket, 'data').then(([text]) => String(text)), sleep(3000).then(() => 'nobody'), once(socket, 'error').then(() => 'reset')]);
};
move(2);
const ended = await open(40000);
ended.write('bye');
await once(ended.resume(), 'close');
move(1);
const [again, fresh] = [await open(40000), await open(40001)];
console.log('with the former holder:', await who(again), await who(fresh));
move(2);
console.log('after the hand-over, a port of its own:', await who(fresh));
console.log('after the hand-over, a port that was used before:', await who(again));
const names = [];
for (let port = 41000; port < 41050; port += 1) names.push(await open(port).then(who));
console.log('new ones:', ...new Set(names));
process.exit();
`;

/** Two balancers and a client on a bridge, in namespaces of their own; $1 and $2 are the balancers' addresses, $3 the VIP. */
const network = `
set -e
mount -t tmpfs tmpfs /run
ip link set lo up
ip link add br0 type bridge && ip link set br0 up
for name in s1 s2 client; do
  ip netns add $name
  ip link add eth0 netns $name type veth peer name port-$name
  ip link set port-$name master br0 up
  ip -n $name link set lo up && ip -n $name link set eth0 up
done
ip -n s1 address add $1/24 dev eth0
ip -n s2 address add $2/24 dev eth0
ip -n client address add 10.77.0.1/24 dev eth0
mac() { ip -n $1 -json link show dev eth0 | sed 's/.*"address":"\\([^"]*\\)".*/\\1/'; }
peer=$2
for name in s1 s2; do
  ip netns exec $name sysctl --quiet --write net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
  ip -n $name address add $3/32 dev lo label lo:vip
  ip netns exec $name nft -f $name.nft
  ip netns exec $name $NODE balancer.mjs $name $peer &
  peer=$1
done
`;

/** What the client finds once the VIP has been handed over. */
const handOver = `
# Each has announced the VIP of late.
ip netns exec s1 nft add element ip scale_up_hand_over s2_held_vip '{ eth0 }'
ip netns exec s2 nft add element ip scale_up_hand_over s1_held_vip '{ eth0 }'
sleep 1
ip netns exec client $NODE client.mjs $3 $(mac s1) $(mac s2)
echo "ended on s2: $(ip netns exec s2 ss --tcp --numeric --all state time-wait | grep --count :40000)"
`;

/** Comes to the holder once, and says who answered. */
const visitor = `
import { connect } from 'node:net';
const socket = connect({ host: process.argv[2], port: 443, timeout: 2000 });
socket.on('connect', () => socket.write('who')).on('timeout', () => socket.destroy(new Error('nobody answers')));
socket.on('data', (text) => (console.log(String(text)), socket.destroy())).on('error', ({ message }) => console.log(message));
`;

/** s1 has the VIP, which s2 had before. s2 stops and starts as its unit says; somebody comes after each of the unit's commands. */
const restarts = `
ip netns exec s1 nft add element ip scale_up_hand_over s2_held_vip '{ eth0 }'
sleep 1
ip -n client neigh replace $3 lladdr $(mac s1) dev eth0 nud permanent
while read -r line; do
  ip netns exec s2 $line </dev/null
  echo "$line: $(ip netns exec client $NODE visitor.mjs $3)"
done <unit
`;

/** Has a connection to s2, which loses its power, and is used again when the server starts: its programs are heard of, but it has neither the address nor a balancer. */
const patient = `
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
const [vip, peer, ...macs] = process.argv.slice(2);
const move = (to) => execFileSync('ip', ['neigh', 'replace', vip, 'lladdr', macs[to - 1], 'dev', 'eth0', 'nud', 'permanent']);
const onS2 = (...words) => execFileSync('ip', ['netns', 'exec', 's2', ...words]);
move(2);
const socket = connect(443, vip);
await once(socket, 'connect');
onS2('ip', 'address', 'flush', 'dev', 'lo', 'label', 'lo:vip');
onS2('nft', 'add table ip off; add chain ip off out { type filter hook output priority 0; }; add rule ip off out tcp dport 8404 drop');
onS2('sh', '-c', 'ping -q -i 0.1 -c 60 ' + peer + ' >/dev/null &');
await sleep(1000);
move(1);
socket.write('who');
console.log(await Promise.race([once(socket, 'data'), sleep(3000).then(() => 'nobody'), once(socket, 'error')]).catch(({ code }) => code));
process.exit();
`;

const starts = 'ip netns exec client $NODE patient.mjs $3 $1 $(mac s1) $(mac s2)';

/**
 * Two clients wait for an answer of s2, which has confirmed what they sent, as s1 takes the VIP and runs the program for that. The one is on the balancers' network,
 * the other behind a router with connection tracking that translates its address.
 */
const waiting = `
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
const [vip, own] = process.argv.slice(2);
const socket = connect({ host: vip, port: 443, keepAlive: false });
await once(socket, 'connect');
socket.write('who');
await once(socket, 'data');
// Nothing of it is told to the other one in this second.
await sleep(1000);
socket.write('later');
console.log(own, 'waits');
const sent = Date.now();
const answer = once(socket, 'data').then(([text]) => String(text), ({ code }) => code);
const heard = await Promise.race([answer, sleep(8000, 'nothing')]);
console.log(own + ' hears ' + heard + ' within ' + Math.ceil((Date.now() - sent) / 3000) * 3 + ' s');
process.exit();
`;

/** @param loss what s2 does after both wait */
const takenWhile = (loss: string): string => `
ip netns add home
ip link add eth1 netns client type veth peer name eth0 netns home
ip -n client address add 192.168.1.1/24 dev eth1 && ip -n client link set eth1 up
ip -n home address add 192.168.1.2/24 dev eth0 && ip -n home link set eth0 up && ip -n home link set lo up
ip -n home route add default via 192.168.1.1
ip netns exec client sysctl --quiet --write net.ipv4.ip_forward=1
ip netns exec client nft 'add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; add rule ip nat out ip saddr 192.168.1.0/24 masquerade'
ip netns exec s1 nft add element ip scale_up_hand_over s2_held_vip '{ eth0 }'
sleep 1
ip -n client neigh replace $3 lladdr $(mac s2) dev eth0 nud permanent
ip netns exec client $NODE waiting.mjs $3 near >near &
near=$!
ip netns exec home $NODE waiting.mjs $3 far >far &
far=$!
sleep 2
${loss}
ip -n client neigh replace $3 lladdr $(mac s1) dev eth0 nud permanent
ip netns exec s1 python3 tickle $3
wait $near $far
cat near far
`;

/** Runs a story on balancers with the rules as they are shipped. */
const told = async (story: string): Promise<{ output: string; unit: string[] }> => {
  const { inventory, files } = await rendered('three-servers');
  const textOf = (server: string, name: string): string =>
    files[server]?.find(({ path }) => path.endsWith(`/${name}`))?.text ?? assert.fail(`${server} has no ${name}`);
  for (const name of ['s1', 's2']) {
    const text = textOf(name, 'hand-over.nft').replaceAll(`"${inventory.vip.interface}"`, '"eth0"');
    writeFileSync(join(work, `${name}.nft`), text);
  }
  const service = textOf('s2', 'scale-up-hand-over.service').replaceAll('/etc/scale-up/hand-over.nft', 's2.nft');
  const commands = (key: string): string[] =>
    [...service.matchAll(new RegExp(`^${key}=-?(.*)$`, 'gm'))].map(([, command = '']) => command);
  const unit = [...commands('ExecStop'), ...commands('ExecStart')];
  writeFileSync(join(work, 'unit'), `${unit.join('\n')}\n`);
  writeFileSync(join(work, 'balancer.mjs'), balancer);
  writeFileSync(join(work, 'client.mjs'), client);
  writeFileSync(join(work, 'visitor.mjs'), visitor);
  writeFileSync(join(work, 'patient.mjs'), patient);
  writeFileSync(join(work, 'waiting.mjs'), waiting);
  writeFileSync(join(work, 'tickle'), textOf('s1', 'tickle'));
  const addresses = ['s1', 's2'].map((name) => inventory.servers[name]?.address ?? '');
  const shell = alone('bash', '-c', network + story, 'story', ...addresses, inventory.vip.address);
  const { code, output } = await runToEnd(shell, { cwd: work, env: { ...process.env, NODE: process.execPath } });
  assert.equal(code, 0, output);
  return { output, unit };
};

test(
  'a connection outlives a hand-over of the VIP, also where the new holder remembers one that ended on the same port',
  { timeout: 120_000 },
  async () => {
    const { output } = await told(handOver);
    assert.deepEqual(output.split('\n'), [
      'with the former holder: s1 s1',
      'after the hand-over, a port of its own: s1',
      'after the hand-over, a port that was used before: s1',
      'new ones: s2',
      'ended on s2: 1',
    ]);
  },
);

test(
  'a balancer that stops and starts costs nobody a connection to the one that has the VIP',
  { timeout: 120_000 },
  async () => {
    const { output, unit } = await told(restarts);
    assert.equal(unit.length, 5);
    assert.deepEqual(
      output.split('\n'),
      unit.map((command) => `${command}: s1`),
    );
  },
);

test(
  'whoever was connected to a balancer that lost its power is told at once, also while its server starts',
  { timeout: 120_000 },
  async () => {
    const { output } = await told(starts);
    assert.equal(output.split('\n').at(-1), 'ECONNRESET');
  },
);

test(
  'whoever waits for an answer of a balancer that lost its power is told soon, also behind a router',
  { timeout: 120_000 },
  async () => {
    const { output } = await told(takenWhile('ip -n s2 link set eth0 down'));
    assert.deepEqual(output.split('\n').slice(-4), [
      'near waits',
      'near hears ECONNRESET within 3 s',
      'far waits',
      'far hears ECONNRESET within 3 s',
    ]);
  },
);

test(
  'whoever waits for an answer of a balancer that handed the VIP over on purpose gets it',
  { timeout: 120_000 },
  async () => {
    const { output } = await told(takenWhile(''));
    assert.deepEqual(output.split('\n').slice(-4), [
      'near waits',
      'near hears s2 within 6 s',
      'far waits',
      'far hears s2 within 6 s',
    ]);
  },
);
