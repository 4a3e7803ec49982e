import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file so that a crash, or a full disk, leaves the old one or the new one and never half of it. */
export const writeWhole = (file: string, text: string, mode = 0o644): void => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
};
