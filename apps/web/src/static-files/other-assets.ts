import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@scale-up/service';
import { compressFile } from './compression.ts';
import { readStaticFile } from './manifest.ts';
import { hasHash, type StaticFile } from './static-file.ts';

/** What it may be called: one name right below /assets/, so that no request can lead anywhere else. */
const nameForm = /^\/assets\/([\w.-]+)$/;

/**
 * Hashed files of other releases: a deploy puts those of the new one on every server before any instance runs it, and leaves those of
 * earlier ones for pages that are open (docs/decisions/0028). Nothing is read before somebody asks for it.
 */
export class OtherAssets {
  readonly #folder: string;
  readonly #logger: Logger;
  /** What was found; a hash stands for one content, so it stays right. Ten releases of a site are some megabytes. */
  readonly #known = new Map<string, StaticFile>();
  readonly #searches = new Map<string, Promise<StaticFile | undefined>>();

  /** @param folder with one folder a release; may be absent, and may grow */
  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** Whether a path may be one of them at all. */
  mayHave(path: string): boolean {
    return hasHash(path) && nameForm.test(path);
  }

  /** The file of a path that no release has is looked for at each request, since it may come at any time. */
  async find(path: string): Promise<StaticFile | undefined> {
    const known = this.#known.get(path);
    if (known) return known;
    const search = this.#searches.get(path) ?? this.#search(path).finally(() => this.#searches.delete(path));
    this.#searches.set(path, search);
    return search;
  }

  async #search(path: string): Promise<StaticFile | undefined> {
    const [, name] = nameForm.exec(path) ?? [];
    if (name === undefined || !hasHash(path)) return undefined;
    const releases = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    for (const release of releases) {
      // A name with a dot in front is a copy that is not whole yet.
      if (!release.isDirectory() || release.name.startsWith('.')) continue;
      // oxlint-disable-next-line no-await-in-loop -- the first that has it ends the search
      const file = await this.#read(path, join(this.#folder, release.name, name));
      if (file) return file;
    }
    return undefined;
  }

  async #read(path: string, source: string): Promise<StaticFile | undefined> {
    try {
      if (!(await lstat(source)).isFile()) return undefined;
      const file = await readStaticFile(path, source);
      this.#known.set(path, file);
      compressFile(file).catch((error: unknown) =>
        this.#logger.warn({ err: error, path }, 'an asset stays uncompressed'),
      );
      return file;
    } catch (error) {
      // An old release's may be removed in this moment.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#logger.warn({ err: error, path }, 'an asset of another release cannot be read');
      }
      return undefined;
    }
  }
}
