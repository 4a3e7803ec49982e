import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { limits } from '../../verbs/status/backups.ts';
import { withSftp } from '../support/backups.ts';
import { cannotRender, rendered, type Rendered } from '../support/rendered.ts';
import { secretsIn } from '../support/secrets.ts';

/** Ansible is installed once, into .local/ansible, from the packages that infra/requirements.txt pins: half a minute, with a network. */
const timeout = 600_000;

suite('what role backup writes', { skip: cannotRender, timeout }, () => {
  let site: Rendered;
  let without: Rendered;
  before(async () => {
    site = await rendered('three-servers', { backup: withSftp });
    without = await rendered('separate-tiers');
  });
  const textOf = (path: string, server = 's1', from = site): string => {
    const found = from.files[server]?.find((file) => file.path === path);
    assert.ok(found, `${server} has no ${path}`);
    return found.text;
  };
  const parametersOf = (from: Rendered, server: string) =>
    (
      parse(textOf('/etc/patroni/dynamic.yml', server, from)) as {
        readonly postgresql: { readonly parameters: Record<string, string> };
      }
    ).postgresql.parameters;

  test('is nothing where the inventory names no place, and no WAL waits there for anybody', () => {
    const all = Object.values(without.files).flat();
    assert.ok(!all.some(({ role }) => role === 'backup'));
    const { archive_mode: mode, archive_command: command } = parametersOf(without, 'db-1');
    assert.deepEqual([mode, command], ['off', '/bin/true']);
  });

  test('is the same on every database server: whichever is the primary makes the backup', () => {
    const paths = (server: string) =>
      site.files[server]?.filter(({ role }) => role === 'backup').map(({ path }) => path);
    assert.ok((paths('s1')?.length ?? 0) > 8);
    assert.deepEqual(paths('s2'), paths('s1'));
    assert.equal(textOf('/etc/pgbackrest/pgbackrest.conf', 's3'), textOf('/etc/pgbackrest/pgbackrest.conf'));
  });

  test('names the place, and knows its host by a key and not by its word', () => {
    const conf = textOf('/etc/pgbackrest/pgbackrest.conf');
    assert.match(conf, /^repo1-type=sftp$/m);
    assert.match(conf, /^repo1-sftp-host-port=2222$/m);
    assert.match(conf, /^repo1-retention-full=30$/m);
    assert.match(conf, /^repo1-cipher-type=aes-256-cbc$/m);
    assert.equal(textOf('/etc/pgbackrest/known-hosts').trim(), `[10.77.0.14]:2222 ${withSftp.sftp?.host_key}`);
  });

  test('archives by what Patroni was told, which pgBackRest finds its name in, and keeps less WAL than would fill a disk', () => {
    const { archive_command: command = '', archive_mode: mode, archive_timeout: timeOut } = parametersOf(site, 's1');
    assert.equal(mode, 'on');
    // It refuses to back up otherwise.
    assert.match(command, /pgbackrest/);
    assert.ok(textOf(command.split(' ')[0] ?? '').includes('archive-push'));
    const { max_slot_wal_keep_size: slots } = parametersOf(site, 's1');
    assert.equal(`${/archive-push-queue-max=(\d+)GiB/.exec(textOf('/etc/pgbackrest/pgbackrest.conf'))?.[1]}GB`, slots);
    // `status` calls WAL late after more than a few of them.
    assert.ok(Number.parseInt(timeOut ?? '', 10) * 1_000 * 5 <= limits.oldWal);
  });

  test('is read by the node exporter, where there is one: its folder is named to it', async () => {
    const unit = '/etc/systemd/system/prometheus-node-exporter.service.d/scale-up.conf';
    const observability = { servers: ['s1'], alertmanagers: [] };
    const measured = await rendered('three-servers', { backup: withSftp, observability });
    const state = textOf('/usr/local/lib/scale-up/backup-state', 's1', measured);
    const folder = /^metrics=(.*)\/backup\.prom$/m.exec(state)?.[1];
    assert.ok(textOf(unit, 's1', measured).includes(` --collector.textfile.directory=${folder} `));
  });

  test('has every secret only where not everybody may read it', () => {
    const words = secretsIn(site.secrets.backup);
    assert.equal(words.length, 2);
    const open = site.files['s1']!.filter(
      ({ text, mode, secret }) => words.some((word) => text.includes(word)) && !(mode.endsWith('0') && secret === true),
    );
    assert.deepEqual(open, []);
    assert.deepEqual(
      site.files['s1']!.filter(({ text }) => words.some((word) => text.includes(word))).map(({ path }) => path),
      ['/etc/pgbackrest/pgbackrest.conf', '/etc/pgbackrest/ssh-key'],
    );
  });
});
