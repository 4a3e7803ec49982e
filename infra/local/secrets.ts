import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { localFolder } from './paths.ts';

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

/** The secrets of this checkout: made once, readable by its user alone. */
export const localSecrets = (): Secrets => {
  const file = `${localFolder}secrets.json`;
  if (!existsSync(file)) {
    mkdirSync(localFolder, { recursive: true });
    writeFileSync(file, `${JSON.stringify(makeSecrets(), null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
};
