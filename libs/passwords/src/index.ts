import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** argon2id as OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane. About 30 ms of one core. */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32, nonceLength: 16 };

/** What a stored hash says of itself; kept when parameters grow, so that old hashes stay valid. */
const phcForm = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/**
 * Hashes a password with a new salt.
 * @returns a PHC string (https://github.com/P-H-C/phc-string-format): algorithm, parameters, salt and hash
 */
export const hashPassword = async (password: string): Promise<string> => {
  const { memory, passes, parallelism, tagLength, nonceLength } = parameters;
  const nonce = randomBytes(nonceLength);
  const tag = await derive('argon2id', { message: password, nonce, memory, passes, parallelism, tagLength });
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`;
};

let standIn: Promise<string> | undefined;

/**
 * Whether a password belongs to a hash.
 * @param password what was typed
 * @param hash the stored PHC string; undefined, for an account that does not exist, takes as long and gives false
 * @throws Error when the hash is no argon2id PHC string
 */
export const verifyPassword = async (password: string, hash: string | undefined): Promise<boolean> => {
  standIn ??= hashPassword(randomBytes(16).toString('hex'));
  const [, memory, passes, parallelism, salt, expected] = phcForm.exec(hash ?? (await standIn)) ?? [];
  if (!salt || !expected) throw new Error('a stored password hash is no argon2id PHC string');
  const tag = Buffer.from(expected, 'base64');
  const derived = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: tag.length,
  });
  return timingSafeEqual(tag, derived) && hash !== undefined;
};
