import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { edgeAuthorityFile } from '@scale-up/infra/inventory/secrets.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { siteVariable } from '@scale-up/testing';
import type { ServersSite } from './servers-site.ts';

/** What a browser shows at /cluster from a moment on, in milliseconds since 1970. */
export type Shown = {
  readonly at: number;
  readonly servers: Readonly<Record<string, 'up' | 'degraded' | 'lost'>>;
  /** A few words: `held by s1`. */
  readonly holder?: string;
  /** Whether the page says that it has no news. */
  readonly isStale: boolean;
};

/** The page /cluster at the VIP, in a browser where clients are. */
export class ClusterPage {
  readonly shown: Shown[] = [];
  readonly #child: ChildProcess;

  /** @param adminPassword of the demo's admin */
  constructor(site: ServersSite, adminPassword: string) {
    const given = { url: `https://${site.inventory.vip.address}`, adminEmail: 'admin@example.com', adminPassword };
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...env } = process.env;
    const [command, ...words] = [...site.hands.prefix, process.execPath, 'test/support/tell-cluster.ts'];
    this.#child = spawn(command, words, {
      cwd: `${root}apps/site`,
      env: {
        ...env,
        [siteVariable]: JSON.stringify(given),
        NODE_EXTRA_CA_CERTS: edgeAuthorityFile(site.inventory),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      // Its helpers are those of tests, so node:test says a few words at its end.
      if (line.startsWith('{')) this.shown.push(JSON.parse(line) as Shown);
    });
  }

  /**
   * Waits until it shows something.
   * @param limit seconds, from now
   * @param since milliseconds since 1970; what it showed before does not count
   * @returns the seconds from then on that it took
   * @throws Error with what it showed last, past the limit
   */
  async until(limit: number, since: number, isSo: (shown: Shown) => boolean): Promise<number> {
    const begun = Date.now();
    for (;;) {
      const found = this.shown.find((each) => each.at >= since && isSo(each));
      if (found) return (found.at - since) / 1_000;
      if (Date.now() - begun > limit * 1_000) {
        throw new Error(`the page does not show it after ${limit} s, but ${JSON.stringify(this.shown.at(-1))}`);
      }
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

/** Whether all servers are shown as well. */
export const isWhole = ({ servers }: Shown): boolean => {
  const states = Object.values(servers);
  return states.length > 0 && states.every((state) => state === 'up');
};
