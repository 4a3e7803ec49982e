import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { makeAuthority } from '../../inventory/pki.ts';
import { readInventory } from '../../inventory/read.ts';
import { completeSecrets } from '../../inventory/secrets.ts';
import { makeSshKey, publicSshKey } from '../../inventory/ssh-key.ts';
import { textWith } from '../support/inventories.ts';

suite('what backups need to get to their place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-backup-'));
  after(() => rmSync(folder, { recursive: true }));
  const s3 = {
    bucket: 'scale-up',
    region: 'eu-central-1',
    endpoint: 's3.test',
    path: '/scale-up',
    credentials_file: 'credentials',
  };
  const inventoryWith = (backup: object) => {
    const file = join(folder, 'mine.yml');
    writeFileSync(file, textWith({ backup }));
    return readInventory(file);
  };

  test('the public part of the key for SFTP is the one that OpenSSH finds in it', () => {
    const key = makeSshKey();
    const file = join(folder, 'key');
    writeFileSync(file, key, { mode: 0o600 });
    const { status, stdout } = spawnSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(publicSshKey(key, 'backups of mine'), `${stdout.trim()} backups of mine`);
  });

  test('a key is made for SFTP alone, once; what backups are encrypted with is there before anybody needs it', async () => {
    const host_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEE1bXBsZUtleUZvclRoZU1hbnVhbE9mSW52ZW50b3JpZXM=';
    const sftp = { host: '10.77.0.14', user: 'keeper', path: '/backups', host_key };
    const first = await completeSecrets(inventoryWith({ sftp }));
    const again = await completeSecrets(inventoryWith({ sftp }), first);
    assert.equal(again.backup.ssh_key, first.backup.ssh_key);
    const { backup } = await completeSecrets(inventoryWith({ folder: '/mnt/backups' }));
    assert.deepEqual(Object.keys(backup), ['cipher_pass']);
    assert.match(backup.cipher_pass, /^[0-9a-f]{48}$/);
  });

  test('a bucket’s key is read from the file that the AWS tools have', async () => {
    writeFileSync(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = AKIA1\naws_secret_access_key=s3/cret+\n',
    );
    const { backup } = await completeSecrets(inventoryWith({ s3 }));
    assert.deepEqual(backup.s3, { key: 'AKIA1', secret: 's3/cret+' });
  });

  test('the authority of a bucket’s host is read from its file, and a key that stands there too is left where it is', async () => {
    writeFileSync(join(folder, 'credentials'), 'aws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n');
    const { cert, key } = await makeAuthority('ours');
    writeFileSync(join(folder, 'ca.pem'), `${key}\n${cert}`);
    const { backup } = await completeSecrets(inventoryWith({ s3: { ...s3, ca_file: 'ca.pem' } }));
    assert.deepEqual(backup.s3, { key: 'AKIA1', secret: 's3cret', ca: `${cert.trim()}\n` });
    for (const [text, fault] of [
      [key, /backup\.s3\.ca_file: \S+ca\.pem holds no certificate \(PEM\)/],
      [cert.replace(/[A-Z]{8}/, 'AAAAAAAA'), /backup\.s3\.ca_file: \S+ca\.pem holds no certificate \(PEM\)/],
    ] as const) {
      writeFileSync(join(folder, 'ca.pem'), text);
      await assert.rejects(completeSecrets(inventoryWith({ s3: { ...s3, ca_file: 'ca.pem' } })), fault);
    }
    rmSync(join(folder, 'ca.pem'));
    await assert.rejects(
      completeSecrets(inventoryWith({ s3: { ...s3, ca_file: 'ca.pem' } })),
      /backup\.s3\.ca_file: cannot be read: ENOENT/,
    );
  });

  test('that it is not there, or lacks something, is said by name, and nothing of it is shown', async () => {
    writeFileSync(join(folder, 'credentials'), '[default]\naws_access_key_id = AKIA1\n');
    await assert.rejects(completeSecrets(inventoryWith({ s3 })), (error: Error) => {
      assert.match(
        error.message,
        /backup\.s3\.credentials_file: .*credentials has no line "aws_secret_access_key = …"/,
      );
      return !error.message.includes('AKIA1');
    });
    rmSync(join(folder, 'credentials'));
    await assert.rejects(
      completeSecrets(inventoryWith({ s3 })),
      /backup\.s3\.credentials_file: cannot be read: ENOENT/,
    );
  });
});
