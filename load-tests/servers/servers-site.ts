import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { knownInstances } from '@scale-up/infra/inventory/cores.ts';
import { inventoryFolder } from '@scale-up/infra/inventory/folder.ts';
import { readInventory } from '@scale-up/infra/inventory/read.ts';
import type { Inventory } from '@scale-up/infra/inventory/schema.ts';
import { edgeAuthorityFile } from '@scale-up/infra/inventory/secrets.ts';
import { demandLab, type Lab, runningLab } from '@scale-up/infra/lab/lab.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { leaderOf } from '@scale-up/infra/verbs/database/cluster.ts';
import { readStatus, type Status } from '@scale-up/infra/verbs/status/collect.ts';
import { cachePrimaries, clusterOf, findingsOf, vipHolders } from '@scale-up/infra/verbs/status/judge.ts';
import { type Servers, serversOf } from '@scale-up/infra/verbs/support/servers.ts';
import { remote } from '@scale-up/infra/verbs/support/ssh.ts';
import { routeTo } from '@scale-up/infra/verbs/support/verb.ts';
import type { Front } from '../traffic/browsers.ts';
import { now } from './clock.ts';
import { type Hands, labHands } from './hands.ts';
import { sshHands } from './ssh-hands.ts';

/** Who does what at a moment; undefined where nobody does, or two do. */
export type Roles = {
  readonly holder: string | undefined;
  readonly primary: string | undefined;
  readonly cache: string | undefined;
};

/** Longer than any fail-over, in milliseconds. */
const primaryPatience = 60_000;

/** A large table as JSON takes a while on a busy machine, in milliseconds. */
const sqlPatience = 120_000;

/** Which servers an inventory's site is on, and how they are reached. */
export type Place = {
  /** The inventory's file. */
  readonly inventory: string;
  /** A lab with another name than the inventory's. */
  readonly lab?: string | undefined;
  /** Whether a lab's servers are to be treated as those that have no lab around them. */
  readonly isOverSsh?: boolean;
};

/** A site on servers, of a lab or of their own: who does what, what is in its database, and its verbs. */
export class ServersSite {
  readonly inventory: Inventory;
  /** Around the servers, if there is one. */
  readonly lab: Lab | undefined;
  readonly hands: Hands;
  readonly servers: Servers;
  readonly url: string;
  readonly front: Front;
  readonly #undo = new Set<() => Promise<void>>();

  /** @throws Error when there is no lab of the name that was given */
  constructor({ inventory: file, lab, isOverSsh = false }: Place) {
    this.inventory = readInventory(file);
    this.lab = lab === undefined ? runningLab(this.inventory) : demandLab(lab);
    this.servers = serversOf(this.inventory, routeTo(this.lab));
    this.hands =
      this.lab && !isOverSsh ? labHands(this.lab) : sshHands(this.inventory, this.servers, this.lab?.prefix ?? []);
    this.url = `https://${this.inventory.site.host}`;
    const ca = readFileSync(edgeAuthorityFile(this.inventory), 'utf8');
    this.front = { address: this.inventory.vip.address, port: 443, ca };
  }

  /** Where this machine keeps what belongs to the inventory. */
  get folder(): string {
    return inventoryFolder(this.inventory);
  }

  status(): Promise<Status> {
    return readStatus(this.inventory, this.servers, knownInstances(this.inventory));
  }

  /** What `npx nx status infra` finds with exit code 1: sentences, none when the next loss would not be felt. */
  async faults(): Promise<string[]> {
    const findings = findingsOf(this.inventory, await this.status());
    return findings.filter(({ isLoss }) => isLoss).map(({ what }) => what);
  }

  async roles(): Promise<Roles> {
    const status = await this.status();
    const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);
    const cluster = clusterOf(status);
    return {
      holder: only(vipHolders(status)),
      primary: cluster && leaderOf(cluster)?.name,
      cache: only(cachePrimaries(status)),
    };
  }

  /**
   * Waits until everything is there twice again.
   * @param limit seconds
   * @param say told every ten seconds what is missing
   * @returns the seconds that it took
   * @throws Error naming what is missing past the limit
   */
  async untilWhole(limit: number, say: (text: string) => void = () => {}): Promise<number> {
    const began = now();
    let told = began;
    for (;;) {
      const faults = await this.faults();
      if (faults.length === 0) return (now() - began) / 1_000;
      if (now() - began > limit * 1_000) throw new Error(`not whole after ${limit} s: ${faults.join('; ')}`);
      if (now() - told > 10_000) {
        say(`waiting: ${faults.join('; ')}`);
        told = now();
      }
      await sleep(1_000);
    }
  }

  /** A server's command, as root; it must succeed. A network that is cut does not matter. */
  async on(server: string, text: string): Promise<string> {
    const { code, output } = await this.hands.exec(server, text);
    if (code !== 0) throw new Error(`${server}: "${text}" failed (exit code ${code}): ${output}`);
    return output;
  }

  /**
   * Takes down how something is undone, for whoever is interrupted before he has done so (`undoAll`).
   * @returns what undoes it, once
   */
  undoable(undo: () => Promise<unknown>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.#undo.delete(once)) await undo();
    };
    this.#undo.add(once);
    return once;
  }

  /** Undoes what is still to be undone, the last first; says what could not be. */
  async undoAll(say: (text: string) => void): Promise<void> {
    for (const undo of [...this.#undo].toReversed())
      await undo().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  }

  /** Runs SQL on the primary. */
  async execute(sql: string): Promise<string> {
    return this.#executeOn(await this.#primary(), sql);
  }

  #executeOn(primary: string, sql: string): Promise<string> {
    const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'];
    const database = '--dbname=dbname=scale_up target_session_attrs=read-write';
    const words = ['runuser', '-u', 'postgres', '--', 'psql', ...options, database, `--command=${sql}`];
    return this.servers.demand(primary, { ...remote(...words), timeout: sqlPatience });
  }

  /** Waits for it: a server that is asked while its machine is busy may not answer in time. */
  async #primary(): Promise<string> {
    const deadline = now() + primaryPatience;
    for (;;) {
      const { primary } = await this.roles();
      if (primary !== undefined) return primary;
      if (now() > deadline) throw new Error('the database has no primary');
      await sleep(1_000);
    }
  }

  /**
   * Rows of queries, all of the primary that there is now: who that is takes longer to find out than most queries take. If it is none any more, it refuses.
   */
  async reader(): Promise<<Row>(sql: string) => Promise<Row[]>> {
    const primary = await this.#primary();
    return async <Row>(sql: string) =>
      JSON.parse(await this.#executeOn(primary, `SELECT coalesce(json_agg(t), '[]') FROM (${sql}) t`)) as Row[];
  }

  /**
   * Runs a verb as an operator does.
   * @param onLine told each line that it prints, as it comes
   */
  async verb(name: string, words: readonly string[], onLine: (line: string) => void = () => {}): Promise<number> {
    const route = ['-i', this.inventory.file, ...(this.lab ? ['--lab', this.lab.name] : [])];
    const args = ['--disable-warning=ExperimentalWarning', `${root}infra/verbs/${name}.ts`, ...route, ...words];
    let rest = '';
    const { code } = await runToEnd(
      { command: process.execPath, args },
      {
        onOutput: (text) => {
          const lines = `${rest}${text}`.split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onLine(line);
        },
      },
    );
    if (rest) onLine(rest);
    return code;
  }

  /** A verb that must succeed. */
  async done(name: string, ...words: string[]): Promise<void> {
    const lines: string[] = [];
    const code = await this.verb(name, words, (line) => lines.push(line));
    if (code !== 0)
      throw new Error(`${name} ${words.join(' ')} failed (exit code ${code}):\n  ${lines.slice(-8).join('\n  ')}`);
  }
}
