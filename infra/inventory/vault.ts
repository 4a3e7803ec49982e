import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import { messageOf } from '../local/message.ts';
import { writeWhole } from '../local/write-whole.ts';
import { inventoryFolder } from './folder.ts';
import { programOutput } from './program-output.ts';
import type { Inventory } from './schema.ts';

/** An Ansible Vault: one encrypted file, and the file that holds its password. */
export type Vault = { readonly file: string; readonly passwordFile: string };

/** The vault beside an inventory. ANSIBLE_VAULT_PASSWORD_FILE, Ansible's own variable, names another place for its password. */
export const vaultOf = (inventory: Inventory, env: NodeJS.ProcessEnv = process.env): Vault => ({
  file: inventory.file.replace(/\.ya?ml$/, '.secrets.yml'),
  passwordFile: env['ANSIBLE_VAULT_PASSWORD_FILE'] || `${inventoryFolder(inventory)}vault-password`,
});

/** The command that encrypts, or decrypts, its standard input to its standard output. */
export const vaultCommand = (bin: string, { passwordFile }: Vault, verb: 'encrypt' | 'decrypt'): Command => ({
  command: `${bin}ansible-vault`,
  args: [verb, '--vault-password-file', passwordFile, '--output', '-', '-'],
});

/**
 * What a vault holds, or nothing when there is none yet.
 * @param bin folder of Ansible's programs
 */
export const openVault = async (bin: string, vault: Vault): Promise<unknown> => {
  if (!existsSync(vault.file)) return undefined;
  if (!existsSync(vault.passwordFile)) {
    throw new Error(
      `${vault.file} is encrypted, and its password is not in ${vault.passwordFile}. ` +
        'Put it there, or name its file in ANSIBLE_VAULT_PASSWORD_FILE.',
    );
  }
  try {
    return JSON.parse(
      await programOutput(vaultCommand(bin, vault, 'decrypt'), { input: readFileSync(vault.file, 'utf8') }),
    );
  } catch (error) {
    const sentence = `${vault.file} cannot be decrypted with the password in ${vault.passwordFile}`;
    throw new Error(`${sentence}: ${messageOf(error)}`, { cause: error });
  }
};

/** Encrypts a value into a vault. JSON is YAML, so Ansible reads it as variables. */
export const closeVault = async (bin: string, vault: Vault, value: unknown): Promise<void> => {
  makePassword(vault.passwordFile);
  const input = `${JSON.stringify(value, null, 2)}\n`;
  writeWhole(vault.file, await programOutput(vaultCommand(bin, vault, 'encrypt'), { input }), 0o600);
};

const makePassword = (file: string): void => {
  if (existsSync(file)) return;
  mkdirSync(file.replace(/\/[^/]*$/, ''), { recursive: true, mode: 0o700 });
  // wx: of two that make one, the second must not replace what the first has encrypted with.
  writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
};
