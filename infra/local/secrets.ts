import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { messageOf } from './message.ts';
import { localFolder } from './paths.ts';
import { writeWhole } from './write-whole.ts';

export type Secrets = {
  readonly postgres: string;
  readonly owner: string;
  readonly app: string;
  readonly token: string;
  readonly demo: string;
};

/** New secrets, every one its own; letters and digits only, so that they stand in URLs and SQL as they are. */
export const makeSecrets = (): Secrets => ({
  postgres: randomBytes(16).toString('hex'),
  owner: randomBytes(16).toString('hex'),
  app: randomBytes(16).toString('hex'),
  token: randomBytes(32).toString('hex'),
  // Typed by hand into the login page, so it is short.
  demo: `halyard-${randomBytes(4).toString('hex')}`,
});

/**
 * The secrets of this checkout: made once, readable by its user alone.
 * @throws Error with a sentence when they cannot be read or written
 */
export const localSecrets = (folder = localFolder): Secrets => {
  const file = `${folder}secrets.json`;
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeWhole(file, `${JSON.stringify(makeSecrets(), null, 2)}\n`, 0o600);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${messageOf(error)}. Repair it, or delete ${folder} to start afresh.`, {
      cause: error,
    });
  }
};
