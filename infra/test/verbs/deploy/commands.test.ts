import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { migratorCommand } from '../../../verbs/deploy/migrate.ts';
import { hasOthers, isBalanced, isServed } from '../../../verbs/deploy/observe.ts';
import { replaceCommand } from '../../../verbs/deploy/roll.ts';
import { saveCommand } from '../../../verbs/deploy/ship.ts';

const instance = { server: 's1', tier: 'app', number: 2 } as const;

suite('commands of a deploy', () => {
  test('db-migrator runs once, confined, with its secrets in a file and an hour’s time', () => {
    const { words, timeout } = migratorCommand('4f3a', 'up');
    const text = words.join(' ');
    assert.deepEqual(words.slice(-2), ['localhost/scale-up/db-migrator:4f3a', 'up']);
    for (const flag of [
      '--rm',
      '--pull never',
      '--user 10001:10001',
      '--read-only',
      '--cap-drop all',
      '--env-file /etc/scale-up/db-migrator.env',
    ])
      assert.ok(text.includes(flag), flag);
    assert.ok(!/ --env /.test(text));
    assert.equal(timeout, 3_600_000);
  });

  test('an instance is replaced by its tag, number and kind, which stand beside the script and not in it', () => {
    const { words } = replaceCommand(instance, "4f3a'; reboot");
    assert.deepEqual(words.slice(-4), ['localhost/scale-up/app', "4f3a'; reboot", 'app', '2']);
    assert.ok(!words[4]?.includes('reboot'));
  });

  test('a drain and a start fit into the time of a replacement', () => {
    // 60 s until systemd kills it, 60 s until it must be ready (role containers).
    assert.ok((replaceCommand(instance, '4f3a').timeout ?? 0) > 120_000);
  });

  test('images are saved together, so that what they share is sent once', () => {
    const images = ['localhost/scale-up/web:1', 'localhost/scale-up/app:1'];
    const podman = saveCommand({ name: 'podman' }, images);
    assert.ok(podman.args.includes('--multi-image-archive'));
    assert.deepEqual(podman.args.slice(-2), images);
    assert.deepEqual(saveCommand({ name: 'docker' }, images), { command: 'docker', args: ['save', ...images] });
  });
});

suite('balancers and an instance', () => {
  const sample = (...up: string[][]) => ({
    figures: { web: {}, app: {} },
    up: { web: [], app: up.map((names) => new Set(names)) },
    restarts: {},
  });

  test('it is in service when every balancer gives it requests, and there is a balancer', () => {
    assert.equal(isBalanced(sample(['s1-2'], ['s1-2', 's2-1']), instance), true);
    assert.equal(isBalanced(sample(['s1-2'], ['s2-1']), instance), false);
    assert.equal(isBalanced(sample(), instance), false);
  });

  test('it may stop when every balancer has somebody else', () => {
    assert.equal(hasOthers(sample(['s1-2', 's2-1'], ['s2-1']), instance), true);
    assert.equal(hasOthers(sample(['s1-2', 's2-1'], ['s1-2']), instance), false);
  });

  test('a tier of which nobody is up serves nobody, so whoever is replaced is missed by nobody', () => {
    assert.equal(isServed(sample([], []), instance), false);
    assert.equal(isServed(sample([], ['s2-1']), instance), true);
  });
});
