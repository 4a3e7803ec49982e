import { type FSWatcher, watch } from 'node:fs';
import type { Logger } from '@scale-up/service';
import { compressAll } from './compression.ts';
import { type Manifest, NoIndexPage, readManifest } from './manifest.ts';

/** A rebuild writes many files within a moment; it is read once they have been quiet for this long, in milliseconds. */
const quietAfterChange = 150;
/** How often to look again for a folder that is gone, in milliseconds. */
const retryMissing = 500;

/** A folder of static files, read into memory, and read again when the site's build rewrites it. */
export class StaticFolder {
  readonly #folder: string;
  readonly #logger: Logger;
  #manifest: Manifest;
  #compression = new AbortController();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(folder: string, manifest: Manifest, logger: Logger) {
    this.#folder = folder;
    this.#manifest = manifest;
    this.#logger = logger;
    this.#compress();
    this.#watch();
  }

  /**
   * Reads the folder and begins to watch it.
   * @throws NoIndexPage when it has no index.html
   */
  static async open(folder: string, logger: Logger): Promise<StaticFolder> {
    return new StaticFolder(folder, await readManifest(folder), logger);
  }

  /** What the folder holds; whole at any time, since a change swaps it at once. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  close(): void {
    this.#isClosed = true;
    this.#compression.abort();
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  #compress(): void {
    this.#compression.abort();
    this.#compression = new AbortController();
    compressAll(this.#manifest, this.#compression.signal).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'static files stay uncompressed');
    });
  }

  #watch(): void {
    this.#watcher?.close();
    try {
      this.#watcher = watch(this.#folder, { recursive: true, persistent: false }, () => this.#later(quietAfterChange));
      this.#watcher.on('error', (error) => this.#logger.warn({ err: error }, 'static files are not watched'));
    } catch (error) {
      this.#watcher = undefined;
      // In the middle of a rebuild the folder may be gone; without watches left, files stay as they were at the start.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#later(retryMissing);
      else this.#logger.warn({ err: error }, 'static files are not watched');
    }
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#reload(), delay).unref();
  }

  async #reload(): Promise<void> {
    // Watches follow folders, not names: folders that were made anew need new ones. Before reading, so that no change is missed.
    this.#watch();
    try {
      const manifest = await readManifest(this.#folder, this.#manifest);
      if (this.#isClosed) return;
      this.#manifest = manifest;
      this.#compress();
      this.#logger.info({ files: manifest.files.size }, 'static files read again');
    } catch (error) {
      // The last good state stays; the end of the rebuild is the next change.
      if (!(error instanceof NoIndexPage)) this.#logger.debug({ err: error }, 'static files changed while being read');
      this.#later(retryMissing);
    }
  }
}
