import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { contentTypeOf } from './content-types.ts';
import type { Manifest } from './manifest.ts';
import { type Coding, codings } from './negotiation.ts';
import { addRepresentation, represent, type StaticFile, tagOf } from './static-file.ts';

const brotli = promisify(brotliCompress);
const zstd = promisify(zstdCompress);
const zip = promisify(gzip);

// The highest useful effort of each: a file is compressed once and sent many times.
const compress: Record<Coding, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) =>
    brotli(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  // Told the size, it takes tables for that; not told, 80 MB for each file.
  zstd: (bytes) => zstd(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 }, pledgedSrcSize: bytes.length }),
  gzip: (bytes) => zip(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

const addCoding = async (file: StaticFile, coding: Coding): Promise<void> => {
  const { bytes } = file.identity;
  if (!bytes || file.representations.some((one) => one.coding === coding)) return;
  const coded = await compress[coding](bytes);
  addRepresentation(file, represent(file, coding, { tag: tagOf(coded), length: coded.length, bytes: coded }));
};

/** Adds the compressed representations of one file, if its kind gains by it. */
export const compressFile = async (file: StaticFile): Promise<void> => {
  if (!contentTypeOf(file.path).isCompressible) return;
  // oxlint-disable-next-line no-await-in-loop -- one at a time on purpose
  for (const coding of codings) await addCoding(file, coding);
};

/**
 * Adds the compressed representations of every compressible file, the page first, then by size. It runs on zlib's threads, one
 * file at a time, so that a starting process has its other cores for requests; until a file's turn it is sent as it is.
 */
export const compressAll = async (manifest: Manifest, signal: AbortSignal): Promise<void> => {
  const files = [...new Set(manifest.files.values())]
    .filter((file) => contentTypeOf(file.path).isCompressible)
    .toSorted((a, b) => a.identity.length - b.identity.length);
  for (const file of [manifest.index, ...files]) {
    for (const coding of codings) {
      if (signal.aborted) return;
      // oxlint-disable-next-line no-await-in-loop -- one at a time on purpose
      await addCoding(file, coding);
    }
  }
};
