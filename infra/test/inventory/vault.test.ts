import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { playbookCommand, playbookEnvironment } from '../../inventory/ansible.ts';
import { inventoryFolder } from '../../inventory/folder.ts';
import { readInventory } from '../../inventory/read.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { completeSecrets, edgeAuthorityFile, ensureSecrets, type Secrets } from '../../inventory/secrets.ts';
import { openVault, vaultOf } from '../../inventory/vault.ts';
import { ensureAnsible } from '../../inventory/venv.ts';
import { textWith } from '../support/inventories.ts';
import { cannotRender } from '../support/rendered.ts';
import { secretsIn } from '../support/secrets.ts';

/** Ansible is installed once, into .local/ansible, from the packages that infra/requirements.txt pins: half a minute, with a network. */
const timeout = 600_000;

suite('secrets of an inventory', { skip: cannotRender, timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-vault-'));
  let bin = '';
  let inventory: Inventory;
  const secretsNow = async (): Promise<Secrets> =>
    ((await openVault(bin, vaultOf(inventory))) as { readonly secrets: Secrets }).secrets;

  before(async () => {
    const file = join(folder, 'mine.yml');
    // A name of its own: what is kept of it lies in this checkout's .local.
    writeFileSync(file, textWith({ name: `test-${process.pid}` }));
    inventory = readInventory(file);
    bin = await ensureAnsible(() => {});
    assert.equal(await ensureSecrets(bin, inventory), true);
  });
  after(() => {
    rmSync(folder, { recursive: true });
    rmSync(inventoryFolder(inventory), { recursive: true, force: true });
  });

  test('are made once: a second time nothing changes, not even the file', async () => {
    const text = readFileSync(vaultOf(inventory).file, 'utf8');
    assert.equal(await ensureSecrets(bin, inventory), false);
    assert.equal(readFileSync(vaultOf(inventory).file, 'utf8'), text);
  });

  test('lie encrypted beside the inventory, and only their owner can read them or their password', () => {
    const { file, passwordFile } = vaultOf(inventory);
    assert.equal(file, join(folder, 'mine.secrets.yml'));
    assert.match(readFileSync(file, 'utf8'), /^\$ANSIBLE_VAULT;/);
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.equal(statSync(passwordFile).mode & 0o077, 0);
  });

  test('are all different, and long', async () => {
    const { edge, pki, demo_password: demo, ...others } = await secretsNow();
    const words = secretsIn(others);
    assert.equal(words.length, 9);
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.match(word, /^[0-9a-f]{48}$/);
    assert.match(demo, /^test-\d+-[0-9a-f]{10}$/);
    assert.equal(new Set([edge.key, edge.ca_key, pki.ca.key, pki.servers['s1']?.key]).size, 4);
  });

  test('of two inventories have nothing in common', async () => {
    const own = new Set(secretsIn(await secretsNow()));
    const others = secretsIn(await completeSecrets(inventory));
    assert.deepEqual(
      others.filter((word) => own.has(word)),
      [],
    );
  });

  test('are made anew one by one: what was taken out of the vault is another one, and all others stay', async () => {
    const { token_secret: former, ...others } = await secretsNow();
    const { token_secret: next, ...rest } = await completeSecrets(inventory, others);
    assert.notEqual(next, former);
    assert.match(next, /^[0-9a-f]{48}$/);
    assert.deepEqual(rest, others);
  });

  test('stand neither in the command that runs Ansible nor in its environment', async () => {
    const route = { id: 'net', prefix: [] };
    const { args } = playbookCommand({ bin, inventory, route, playbook: 'provision.yml', isTrial: false });
    const shown = [...args, ...Object.values(playbookEnvironment(bin, route, {}))].join('\n');
    assert.deepEqual(
      secretsIn(await secretsNow()).filter((word) => shown.includes(word)),
      [],
    );
    assert.ok(args.includes(`--extra-vars=@${vaultOf(inventory).file}`));
  });

  test('that cannot be decrypted are told by file and password file, and nothing of them is shown', async () => {
    const passwordFile = join(folder, 'wrong-password');
    writeFileSync(passwordFile, 'wrong\n', { mode: 0o600 });
    const vault = { ...vaultOf(inventory), passwordFile };
    await assert.rejects(openVault(bin, vault), (error: Error) => {
      assert.match(error.message, /mine\.secrets\.yml cannot be decrypted with the password in .*wrong-password/);
      return error.message.split('\n').length < 4;
    });
  });

  test('whose password is missing are not made anew over those that servers use', async () => {
    const vault = { ...vaultOf(inventory), passwordFile: join(folder, 'none') };
    await assert.rejects(
      openVault(bin, vault),
      /is encrypted, and its password is not in .*ANSIBLE_VAULT_PASSWORD_FILE/,
    );
  });

  test('are found by Ansible’s own variable for the password’s file', () => {
    const other = vaultOf(inventory, { ANSIBLE_VAULT_PASSWORD_FILE: '/somewhere/password' });
    assert.equal(other.passwordFile, '/somewhere/password');
  });

  test('only the authority of a self-signed site is put where people take it from', async () => {
    const { edge } = await secretsNow();
    assert.equal(readFileSync(edgeAuthorityFile(inventory), 'utf8'), edge.ca_cert);
    const { status, stdout } = spawnSync('openssl', ['x509', '-noout', '-subject'], {
      input: edge.ca_cert,
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    assert.match(stdout, /halyard\.test self-signed/);
  });
});
