import { stripTypeScriptTypes } from 'node:module';

/** What a file of this repository imports by its own name: another one beside it. */
const specifier = /(\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/** Node says once, on standard error, that the function is experimental: no news for who makes an image (decision 0054). */
const strip = (source: string): string => {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
};

/**
 * The JavaScript that a TypeScript file is: blanks stand where types were, so that lines and columns are the same, and imports name the files as they are in an
 * image. Node would do that by itself at each start, and keep for it 18 MB a process (2026-11-28: 61 MB of 43, an empty program).
 */
export const javascriptOf = (source: string): string => strip(source).replaceAll(specifier, '$1$2$3.js$2');

/** A package.json whose entry is named as it is in an image. */
export const manifestOf = (text: string): string => text.replaceAll(/"(\.\/src\/[^"]+)\.ts"/g, '"$1.js"');
