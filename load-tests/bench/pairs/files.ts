import { mkdirSync, writeFileSync } from 'node:fs';

/** Bytes of the files: a small style sheet, and the largest script that pages of this kind have. */
export const sizes = { small: 1_400, large: 40_000 } as const;
/** Bytes of the JSON that is passed on. */
export const jsonSize = 700;

export const fileOf = (size: keyof typeof sizes): string => `assets/${size}-4f3a9c1e.css`;
export const smallFile = `/${fileOf('small')}`;

/** Makes a folder as web and its peers serve it. */
export const makeFiles = (folder: string): string => {
  mkdirSync(`${folder}/files/assets`, { recursive: true });
  writeFileSync(`${folder}/files/index.html`, '<!doctype html><title>Bench</title>');
  for (const size of Object.keys(sizes) as (keyof typeof sizes)[])
    writeFileSync(`${folder}/files/${fileOf(size)}`, 'x'.repeat(sizes[size]));
  return `${folder}/files`;
};
