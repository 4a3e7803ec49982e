import { readFileSync } from 'node:fs';
import { writeWhole } from '@scale-up/infra/local/write-whole.ts';
import { findViolations, storedMarks } from '../traffic/invariants.ts';
import { type Entry, Ledger } from '../traffic/ledger.ts';
import { usualRate } from '../traffic/load.ts';
import type { People } from '../traffic/shoppers.ts';
import type { ServersSite } from './servers-site.ts';
import { Traffic } from './traffic.ts';

/** Others who send requests to the site beside it, and write down what becomes of them. */
export type Others = {
  /** From now on what they send is taken down. */
  readonly begin: () => void;
  /** All that they sent since then and that was answered. */
  readonly take: () => Promise<readonly Entry[]>;
};

/** The site with people who use it, and the books of all that they were told. */
export class Scene {
  readonly site: ServersSite;
  readonly traffic: Traffic;
  readonly people: People;
  readonly #earlier: ReadonlySet<string>;
  readonly #others: Others | undefined;
  readonly #history = new Ledger();
  /** What was found already: it is the earlier mark's. */
  readonly #found = new Set<string>();

  private constructor(
    site: ServersSite,
    traffic: Traffic,
    people: People,
    earlier: ReadonlySet<string>,
    others: Others | undefined,
  ) {
    this.#others = others;
    this.site = site;
    this.traffic = traffic;
    this.people = people;
    this.#earlier = earlier;
  }

  /**
   * @param rate requests a second
   * @param others whose requests are counted as well
   * @param calm seconds in which all must be well before it is said to be (3)
   */
  static async open(site: ServersSite, seed: number, rate = usualRate, others?: Others, calm?: number): Promise<Scene> {
    const { url, front, hands } = site;
    const traffic = Traffic.open(hands.prefix, { url, front, seed, rate, calm }, (sql) => site.execute(sql));
    try {
      const file = `${site.folder}marks-people.json`;
      const people = await traffic.settle(earlierPeople(file));
      writeWhole(file, JSON.stringify(people), 0o600);
      return new Scene(site, traffic, people, await storedMarks(await site.reader()), others);
    } catch (error) {
      await traffic.close();
      throw error;
    }
  }

  start(): void {
    this.#others?.begin();
    this.traffic.start(this.people);
  }

  /** Ends the load. */
  async stop(): Promise<readonly Entry[]> {
    const own = await this.traffic.stop();
    const entries = [...own, ...((await this.#others?.take()) ?? [])];
    for (const entry of entries) if (entry.mark !== '') this.#history.add(entry);
    return entries;
  }

  /** Compares the database with everything that was asked since the scene was set; what is new of what does not hold. */
  async violations(): Promise<string[]> {
    const all = await findViolations(await this.site.reader(), this.#history, this.#earlier);
    const fresh = all.filter((sentence) => !this.#found.has(sentence));
    for (const sentence of fresh) this.#found.add(sentence);
    return fresh;
  }

  close(): Promise<void> {
    return this.traffic.close();
  }
}

const earlierPeople = (file: string): People | undefined => {
  try {
    const people = JSON.parse(readFileSync(file, 'utf8')) as Partial<People>;
    // One that an older program has written lacks what came later.
    return people.tokens && people.articles && people.products ? (people as People) : undefined;
  } catch {
    return undefined;
  }
};
