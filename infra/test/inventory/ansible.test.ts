import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { playbookCommand, playbookEnvironment } from '../../inventory/ansible.ts';
import { hostsOf } from '../../inventory/hosts.ts';
import { nearest } from '../../inventory/nearest.ts';
import { readInventory } from '../../inventory/read.ts';
import { rolesOf } from '../../inventory/render.ts';
import { venvCommands, venvFolder } from '../../inventory/venv.ts';
import { shipped, threeServers } from '../support/inventories.ts';

const route = { id: 'net', prefix: [] };

suite('what Ansible is told', () => {
  const inventory = threeServers();

  test('every server with its address, its groups and its processes', () => {
    const { all } = hostsOf(inventory, (server) => ({ web: 1, app: server === 's1' ? 4 : 2 })) as {
      all: {
        hosts: Record<string, Record<string, unknown>>;
        vars: { servers: Record<string, unknown> };
        children: Record<string, unknown>;
      };
    };
    const {
      ansible_host: host,
      ansible_user: user,
      ansible_become: become,
      ansible_port: port,
    } = all.hosts['s1'] ?? {};
    assert.deepEqual([host, user, become, port], ['10.77.0.11', 'root', false, 22]);
    assert.deepEqual(all.vars.servers['s3'], {
      address: '10.77.0.13',
      groups: ['web', 'app', 'database', 'cache'],
      instances: { web: 1, app: 2 },
    });
    assert.deepEqual(all.children['loadbalancers'], { hosts: { s1: {}, s2: {} } });
  });

  test('to become root where the user is another one', () => {
    const servers = { ...inventory.servers, s2: { address: '10.77.0.12', ssh: { user: 'admin', port: 2222 } } };
    const { all } = hostsOf({ ...inventory, servers }, () => ({ web: 1, app: 1 })) as {
      all: { hosts: Record<string, Record<string, unknown>> };
    };
    const { ansible_user: user, ansible_become: become, ansible_port: port } = all.hosts['s2'] ?? {};
    assert.deepEqual([user, become, port], ['admin', true, 2222]);
  });

  test('what to do, on which servers, and in a trial run to change nothing', () => {
    const run = { bin: '/venv/bin/', inventory, route, playbook: 'provision.yml', isTrial: false };
    const { command, args } = playbookCommand(run);
    assert.equal(command, '/venv/bin/ansible-playbook');
    assert.match(args.at(-1) ?? '', /\/infra\/provision\.yml$/);
    assert.ok(!args.includes('--check') && !args.includes('--limit'));
    const trial = playbookCommand({ ...run, isTrial: true, limit: ['s1', 's3'] }).args;
    assert.ok(trial.includes('--check') && trial.includes('--diff'));
    assert.equal(trial[trial.indexOf('--limit') + 1], 's1,s3');
  });

  test('to go through a lab’s namespace where the servers are a lab’s', () => {
    const lab = { id: 'abc', prefix: ['ip', 'netns', 'exec', 'lab-abc'], sshConfig: '/lab/ssh_config' };
    const run = { bin: '/venv/bin/', inventory, route: lab, playbook: 'provision.yml', isTrial: false };
    const { command, args } = playbookCommand(run);
    assert.deepEqual([command, ...args.slice(0, 4)], ['ip', 'netns', 'exec', 'lab-abc', '/venv/bin/ansible-playbook']);
    assert.match(
      playbookEnvironment('/venv/bin/', lab, {})['ANSIBLE_SSH_ARGS'] ?? '',
      /^-F \/lab\/ssh_config -o BatchMode=yes /,
    );
  });

  test('nothing of the operator’s own settings for other things', () => {
    const environment = playbookEnvironment('/venv/bin/', route, {
      ANSIBLE_STRATEGY: 'free',
      ANSIBLE_CONFIG: '/mine',
      LC_ALL: 'C',
      HOME: '/h',
      PATH: '/bin',
    });
    assert.equal(environment['ANSIBLE_STRATEGY'], undefined);
    assert.match(environment['ANSIBLE_CONFIG'] ?? '', /\/infra\/ansible\.cfg$/);
    assert.deepEqual(
      [environment['HOME'], environment['PATH'], environment['LC_ALL']],
      ['/h', '/venv/bin/:/bin', 'C.UTF-8'],
    );
  });

  test('the roles of a server in the order of need, as provision.yml has them', () => {
    const tiers = readInventory(shipped('separate-tiers'));
    assert.deepEqual(rolesOf(tiers, 'db-1'), ['base', 'firewall', 'etcd', 'backup', 'patroni', 'exporters']);
    assert.deepEqual(rolesOf(tiers, 'web-1'), ['base', 'firewall', 'haproxy', 'containers', 'exporters']);
    const all = 'base firewall etcd backup patroni valkey haproxy keepalived containers exporters';
    assert.equal(rolesOf(inventory, 's1').join(' '), all);
  });
});

test('Ansible is installed from pinned files alone, into a folder that their list names', () => {
  const [, install] = venvCommands('/venv/');
  for (const flag of ['--require-hashes', '--only-binary']) assert.ok(install?.args.includes(flag), flag);
  assert.notEqual(venvFolder('ansible-core==2.19'), venvFolder('ansible-core==2.20'));
  assert.match(venvFolder('x'), /\.local\/ansible\/[0-9a-f]{12}\/$/);
});

test('the word that somebody meant is the nearest, and none where all are far', () => {
  const words = ['address', 'ssh', 'loadbalancers', 'web'];
  assert.equal(nearest('adress', words), 'address');
  assert.equal(nearest('SSH', words), 'ssh');
  assert.equal(nearest('load-balancer', words), 'loadbalancers');
  assert.equal(nearest('colour', words), undefined);
});
