import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

/** What a write answered, as it goes out again: byte for byte. */
export type StoredAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const algorithm = 'aes-256-gcm';
const sizes = { iv: 12, tag: 16 };

/**
 * Seals an answer for the table of outcomes: those of registrations and logins hold tokens, and the others what people wrote; a copy of the
 * table alone must not be enough to read them.
 * @param key 32 bytes
 */
export const seal = (key: KeyObject, { body, ...head }: StoredAnswer): Buffer => {
  const iv = randomBytes(sizes.iv);
  const cipher = createCipheriv(algorithm, key, iv);
  const text = `${JSON.stringify(head)}\n${body}`;
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
};

/** @throws Error when it was sealed with another key, or was changed */
export const unseal = (key: KeyObject, sealed: Uint8Array): StoredAnswer => {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, sizes.iv));
  decipher.setAuthTag(bytes.subarray(-sizes.tag));
  const text = decipher.update(bytes.subarray(sizes.iv, -sizes.tag), undefined, 'utf8') + decipher.final('utf8');
  const end = text.indexOf('\n');
  const head = JSON.parse(text.slice(0, end)) as Omit<StoredAnswer, 'body'>;
  return { ...head, body: text.slice(end + 1) };
};
