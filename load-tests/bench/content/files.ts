import { mkdirSync, writeFileSync } from 'node:fs';

/** Bytes of the files: a small style sheet, and the largest script that pages of this kind have. */
export const fileSizes = { small: 1_400, large: 40_000 } as const;

export type FileSize = keyof typeof fileSizes;

/** A file's path, with the hash that has it cached for ever. */
export const fileOf = (size: FileSize): string => `assets/${size}-4f3a9c1e.css`;

/** Makes them, and gives the folder that holds them. */
export const makeFiles = (folder: string): string => {
  mkdirSync(`${folder}/files/assets`, { recursive: true });
  writeFileSync(`${folder}/files/index.html`, '<!doctype html><title>Bench</title>');
  for (const size of Object.keys(fileSizes) as FileSize[])
    writeFileSync(`${folder}/files/${fileOf(size)}`, 'x'.repeat(fileSizes[size]));
  return `${folder}/files`;
};
