import type { ClusterPart } from '@scale-up/contract';
import type { Sight } from './look.ts';

/** Milliseconds over which errors are counted. */
const window = 60_000;

type Counted = { readonly at: number; readonly value: number };

/** What earlier looks tell about the present one: who is silent again, since when something is so, how many errors there were lately. */
export class Memory {
  readonly #silent = new Map<string, number>();
  readonly #states = new Map<string, { readonly state: ClusterPart['state']; readonly at: number | undefined }>();
  readonly #counts = new Map<string, Counted[]>();
  readonly #roles = new Map<string, { readonly last: string | undefined; readonly isMissing: boolean }>();

  /** To be told of each sight before it is made a picture. */
  take({ answers }: Sight): void {
    for (const [id, { is }] of answers) {
      if (is === 'silent') this.#silent.set(id, this.silences(id) + 1);
      else this.#silent.delete(id);
    }
  }

  /** In how many looks in a row a part has been silent. */
  silences(id: string): number {
    return this.#silent.get(id) ?? 0;
  }

  /** Whether somebody said nothing for the first time: it is worth another look at once. */
  get hasNewSilence(): boolean {
    return [...this.#silent.values()].includes(1);
  }

  /**
   * Who has a role. That nobody has it must be seen twice: who has it may just not have answered.
   * @param found who is seen to have it now
   */
  holderOf(role: string, found: string | undefined): string | undefined {
    const known = this.#roles.get(role);
    const last = found ?? (known?.isMissing ? undefined : known?.last);
    this.#roles.set(role, { last, isMissing: found === undefined });
    return last;
  }

  /**
   * When a part came into its state.
   * @param state that it is in now
   * @param at now, in milliseconds since 1970
   * @param known when it began, if somebody else knows
   */
  since(id: string, state: ClusterPart['state'], at: number, known?: number): number | undefined {
    const last = this.#states.get(id);
    if (last?.state === state) return last.at;
    // Of what was so already when this process looked first, nobody knows the beginning.
    const began = known ?? (last ? at : undefined);
    this.#states.set(id, { state, at: began });
    return began;
  }

  /**
   * How much a counter has grown in the last minute, or since it is looked at.
   * @param value its value, or the sum of several; where it has fallen, somebody has begun anew
   */
  lately(name: string, value: number, at: number): number {
    const counts = (this.#counts.get(name) ?? []).filter((counted) => counted.at > at - window);
    counts.push({ at, value });
    this.#counts.set(name, counts);
    return counts.reduce((grown, counted, index) => {
      const before = counts[index - 1];
      return before ? grown + Math.max(0, counted.value - before.value) : grown;
    }, 0);
  }
}
