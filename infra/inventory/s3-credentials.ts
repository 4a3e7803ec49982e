import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../local/message.ts';
import { InventoryError } from './read.ts';
import type { Inventory } from './schema.ts';

/** A key to a bucket, and its secret. */
export type S3Credentials = { readonly key: string; readonly secret: string };

const names = { key: 'aws_access_key_id', secret: 'aws_secret_access_key' } as const;

/**
 * The first key of a file as the AWS tools have it.
 * @param named its path, relative to the inventory's folder
 * @throws InventoryError when it cannot be read or lacks one of the two
 */
export const readCredentials = ({ file }: Pick<Inventory, 'file'>, named: string): S3Credentials => {
  const path = resolve(dirname(file), named);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InventoryError(file, [`backup.s3.credentials_file: cannot be read: ${messageOf(error)}`]);
  }
  const valueOf = (name: string): string => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1] ?? '';
  const found = { key: valueOf(names.key), secret: valueOf(names.secret) };
  const faults = (['key', 'secret'] as const)
    .filter((part) => found[part] === '')
    .map((part) => `backup.s3.credentials_file: ${path} has no line "${names[part]} = …"`);
  if (faults.length > 0) throw new InventoryError(file, faults);
  return found;
};
