import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentTypeOf } from './content-types.ts';
import { type Coding, codings } from './negotiation.ts';
import { addRepresentation, type FileFacts, represent, type StaticFile, tagOf } from './static-file.ts';

/** Every file that is served, by its address. What is not in here does not exist: no request ever reaches the disk by name. */
export type Manifest = {
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly index: StaticFile;
  /** First segments of addresses that are folders, such as `assets`: below them is nothing but files. */
  readonly folders: ReadonlySet<string>;
};

/** The folder has no index.html. */
export class NoIndexPage extends Error {}

/** Larger files are streamed from the disk; a site's own code and pictures stay below. */
const maxBytesInMemory = 1_048_576;

const suffixes: Record<Coding, string> = { br: '.br', zstd: '.zst', gzip: '.gz' };

const isHidden = (path: string): boolean => path.split(sep).some((segment) => segment.startsWith('.'));

/** Where an entry really is, if that is a file inside the folder and not hidden. */
const sourceOf = async (root: string, entry: Dirent): Promise<string | undefined> => {
  const path = join(entry.parentPath, entry.name);
  if (isHidden(relative(root, path))) return undefined;
  if (entry.isFile()) return path;
  if (!entry.isSymbolicLink()) return undefined;
  const target = await realpath(path).catch(() => undefined);
  if (!target?.startsWith(root + sep) || isHidden(relative(root, target))) return undefined;
  return (await stat(target)).isFile() ? target : undefined;
};

const tagOfLargeFile = async (source: string): Promise<string> => {
  const digest = createHash('sha256');
  await pipeline(createReadStream(source), digest);
  return `"${digest.digest('base64url').slice(0, 22)}"`;
};

const readContent = async (source: string, length: number) => {
  if (length > maxBytesInMemory) return { tag: await tagOfLargeFile(source), length };
  const bytes = await readFile(source);
  return { tag: tagOf(bytes), length: bytes.length, bytes };
};

/**
 * Reads one file.
 * @param path its address
 * @param source where it is, with links resolved
 * @param previous may have it already
 */
export const readStaticFile = async (path: string, source: string, previous?: Manifest): Promise<StaticFile> => {
  const { size, mtimeMs } = await stat(source);
  const facts: FileFacts = { path, source, modified: Math.floor(mtimeMs / 1000), modifiedMs: mtimeMs };
  const identity = represent(facts, 'identity', await readContent(source, size));
  const known = previous?.files.get(path);
  // Unchanged: keep what has been compressed already.
  if (known?.identity.etag === identity.etag && known.modifiedMs === mtimeMs) return known;
  return { ...facts, identity, representations: [identity] };
};

/** Moves `app.js.br` beside `app.js` into it, as one of its representations. */
const adoptSiblings = (files: Map<string, StaticFile>): void => {
  for (const file of files.values()) {
    if (!contentTypeOf(file.path).isCompressible) continue;
    for (const coding of codings) {
      const sibling = files.get(file.path + suffixes[coding]);
      if (!sibling) continue;
      files.delete(sibling.path);
      const { etag: tag, length, bytes } = sibling.identity;
      if (bytes && !file.representations.some((one) => one.coding === coding)) {
        addRepresentation(file, represent(file, coding, { tag, length, bytes }));
      }
    }
  }
};

/**
 * Reads a folder of static files.
 * @param folder its path
 * @param previous what it held before, to keep the work done for unchanged files
 * @throws NoIndexPage when it is missing or has no index.html
 */
export const readManifest = async (folder: string, previous?: Manifest): Promise<Manifest> => {
  const root = await realpath(folder).catch(() => {
    throw new NoIndexPage(folder);
  });
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const source = await sourceOf(root, entry);
      if (source === undefined) return undefined;
      const path = `/${relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')}`;
      return readStaticFile(path, source, previous);
    }),
  );
  const files = new Map(found.filter((file) => file !== undefined).map((file) => [file.path, file]));
  const index = files.get('/index.html');
  if (!index) throw new NoIndexPage(folder);
  adoptSiblings(files);
  const folders = new Set(
    [...files.keys()].filter((path) => path.lastIndexOf('/') > 0).map((path) => path.split('/')[1] ?? ''),
  );
  files.set('/', index);
  return { files, index, folders };
};
