import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inventoryFolder } from '@scale-up/infra/inventory/folder.ts';
import { readInventory } from '@scale-up/infra/inventory/read.ts';
import type { Inventory } from '@scale-up/infra/inventory/schema.ts';
import type { Secrets } from '@scale-up/infra/inventory/secrets.ts';
import { whyNoServers } from '@scale-up/infra/checks/why-no-servers.ts';
import { openVault, vaultOf } from '@scale-up/infra/inventory/vault.ts';
import { ensureAnsible } from '@scale-up/infra/inventory/venv.ts';
import { dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import { localFolder, root } from '@scale-up/infra/local/paths.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';

const ownFolder = `${localFolder}server-tests/`;

export type Ended = { readonly code: number; readonly output: string };

/** Why whole sites cannot be tried here; false where they can. */
export const isSkipped = whyNoServers() ?? false;

/** Servers of a test's own: a lab, with an inventory that differs from a shipped one in its name. */
export class TestServers {
  /** The inventory that verbs are told. */
  readonly file: string;
  readonly #name: string;
  readonly #text: string;

  /** @param shipped one of infra/inventory */
  constructor(shipped: 'three-servers' | 'separate-tiers') {
    this.#name = `test-${shipped}`;
    const text = readFileSync(`${root}infra/inventory/${shipped}.yml`, 'utf8');
    this.#text = replaced(text, `name: ${shipped}\n`, `name: ${this.#name}\n`);
    mkdirSync(ownFolder, { recursive: true });
    this.file = `${ownFolder}${this.#name}.yml`;
    this.rewrite((same) => same);
  }

  /** Writes another state of the inventory; its secrets and its lab stay the same. */
  rewrite(change: (shipped: string) => string): void {
    writeFileSync(this.file, change(this.#text));
  }

  get inventory(): Inventory {
    return readInventory(this.file);
  }

  /** Makes the lab, of servers that nobody has touched. */
  async up(): Promise<void> {
    await this.down();
    await this.#lab('up', '-i', this.file);
  }

  /** Removes the lab, and all that this machine keeps of it. */
  async down(): Promise<void> {
    await this.#lab('down', '-i', this.file);
    rmSync(inventoryFolder({ name: this.#name }), { recursive: true, force: true });
    rmSync(vaultOf(this.inventory).file, { force: true });
  }

  /** Runs a verb as an operator does. */
  verb(name: string, ...words: string[]): Promise<Ended> {
    return this.run(`infra/verbs/${name}.ts`, ...words);
  }

  /** Runs a program of the repository that takes an inventory. */
  run(program: string, ...words: string[]): Promise<Ended> {
    const args = [`${root}${program}`, '-i', this.file, ...words];
    return runToEnd({ command: process.execPath, args: ['--disable-warning=ExperimentalWarning', ...args] }, {});
  }

  /** A verb that must succeed; gives what it printed. */
  async done(name: string, ...words: string[]): Promise<string> {
    const { code, output } = await this.verb(name, ...words);
    assert.equal(code, 0, `${name} ${words.join(' ')}: exit code ${code}\n${output.slice(-3_000)}`);
    return output;
  }

  /** Starts a verb, to be watched and killed. */
  start(name: string, ...words: string[]): Started {
    const args = [`${root}infra/verbs/${name}.ts`, '-i', this.file, ...words];
    return new Started(['--disable-warning=ExperimentalWarning', ...args]);
  }

  async secrets(): Promise<Secrets> {
    const vault = await openVault(await ensureAnsible(() => {}), vaultOf(this.inventory));
    return (vault as { readonly secrets: Secrets }).secrets;
  }

  async #lab(...words: string[]): Promise<void> {
    const args = ['--disable-warning=ExperimentalWarning', `${root}infra/lab/main.ts`, ...words];
    const { code, output } = await runToEnd({ command: process.execPath, args }, {});
    assert.equal(code, 0, output.slice(-3_000));
  }
}

/** A verb at work. */
class Started {
  readonly #child: ChildProcess;
  #output = '';
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[]) {
    const { command, args: words } = dyingWithParent('SIGTERM', { command: process.execPath, args: [...args] });
    this.#child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const look of this.#waiting) look();
      });
    }
  }

  /** Waits until it has printed something. */
  async says(text: RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (text.test(this.#output)) resolve();
    };
    const ended = (): void => reject(new Error(`it ended without saying ${text}:\n${this.#output}`));
    this.#waiting.add(look);
    this.#child.once('exit', ended);
    look();
    try {
      await promise;
    } finally {
      this.#waiting.delete(look);
      this.#child.off('exit', ended);
    }
  }

  /** Takes it away as a power cut would. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** A text with a part replaced that must be there. */
export const replaced = (text: string, part: string, by: string): string => {
  assert.ok(text.includes(part), `there is no ${JSON.stringify(part)}`);
  return text.replace(part, by);
};
