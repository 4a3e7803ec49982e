import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Everything a developer's machine keeps: database, secrets, logs, test artefacts. Deleting it starts afresh. */
export const localFolder = `${root}.local/`;
