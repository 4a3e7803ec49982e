import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../local/message.ts';
import { certificatesIn } from './pki.ts';
import { InventoryError } from './read.ts';
import type { Backup, Inventory } from './schema.ts';

/** A key to a bucket, its secret, and where it is named the authority that vouches for the bucket's host (PEM). */
export type S3Credentials = { readonly key: string; readonly secret: string; readonly ca?: string };

type Place = Pick<Inventory, 'file'>;
type Bucket = Pick<NonNullable<Backup['s3']>, 'credentials_file' | 'ca_file'>;

const textOf = (file: string, key: keyof Bucket, named: string): { readonly path: string; readonly text: string } => {
  const path = resolve(dirname(file), named);
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new InventoryError(file, [`backup.s3.${key}: cannot be read: ${messageOf(error)}`]);
  }
};

const names = { key: 'aws_access_key_id', secret: 'aws_secret_access_key' } as const;

/**
 * The first key of a file as the AWS tools have it.
 * @param named its path, relative to the inventory's folder
 * @throws InventoryError when it cannot be read or lacks one of the two
 */
const readCredentials = ({ file }: Place, named: string): S3Credentials => {
  const { path, text } = textOf(file, 'credentials_file', named);
  const valueOf = (name: string): string => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1] ?? '';
  const found = { key: valueOf(names.key), secret: valueOf(names.secret) };
  const faults = (['key', 'secret'] as const)
    .filter((part) => found[part] === '')
    .map((part) => `backup.s3.credentials_file: ${path} has no line "${names[part]} = …"`);
  if (faults.length > 0) throw new InventoryError(file, faults);
  return found;
};

/** The certificates of a file, and nothing else that may stand in it, such as a key. */
const readAuthority = ({ file }: Place, named: string): string => {
  const { path, text } = textOf(file, 'ca_file', named);
  const found = certificatesIn(text);
  if (found === undefined) throw new InventoryError(file, [`backup.s3.ca_file: ${path} holds no certificate (PEM)`]);
  return found;
};

/**
 * What it takes to get into a bucket, from the files that the inventory names.
 * @throws InventoryError when one of them cannot be read, or lacks what it is for
 */
export const bucketAccess = (place: Place, { credentials_file, ca_file }: Bucket): S3Credentials => ({
  ...readCredentials(place, credentials_file),
  ...(ca_file !== undefined && { ca: readAuthority(place, ca_file) }),
});
