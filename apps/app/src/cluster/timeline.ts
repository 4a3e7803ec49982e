import type { ClusterEvent } from '@scale-up/contract';

const limits = {
  /** Milliseconds. */
  age: 3_600_000,
  /** Of all observers together: a deploy of twelve instances is 36 for each. Some 250 bytes each. */
  count: 600,
};

/** Milliseconds between two looks of observers who sleep, and a little: what they see within this is the same. */
const same = 12_000;

/** Milliseconds around the loss of a server in which what ran on it goes, for one observer or another. */
const together = 5_000;

const timeOf = ({ at }: ClusterEvent): number => Date.parse(at);

/** Who saw it: an instance of app since its start, or the database that remembers. */
const observerOf = ({ id }: ClusterEvent): string => id.slice(0, id.lastIndexOf('#'));

type Told = { readonly event: ClusterEvent; readonly observers: Set<string> };

/** One event for what several have seen, as the first of them saw it. */
const merged = (events: readonly ClusterEvent[]): ClusterEvent[] => {
  const told: Told[] = [];
  for (const event of events) {
    const observer = observerOf(event);
    const twin = told.findLast(
      (each) =>
        each.event.about === event.about &&
        each.event.became === event.became &&
        timeOf(event) - timeOf(each.event) <= same &&
        !each.observers.has(observer),
    );
    if (twin) twin.observers.add(observer);
    else told.push({ event, observers: new Set([observer]) });
  }
  return told.map(({ event }) => event);
};

/** Without what is said of a lost server's parts in the moment of its loss. */
const folded = (events: readonly ClusterEvent[]): ClusterEvent[] => {
  const losses = events.filter(({ kind, became }) => kind === 'server' && became === 'lost');
  return events.filter(
    (event) =>
      event.kind !== 'instance' ||
      event.tone !== 'bad' ||
      !losses.some(
        (loss) => event.about.startsWith(`${loss.about}/`) && Math.abs(timeOf(loss) - timeOf(event)) <= together,
      ),
  );
};

/**
 * What happened in the last hour, as all instances of app have seen it. Events are only added, and each has an id of its own, so it does not matter in which
 * order they come, or how often; an instance that starts anew is told by the others what it has missed.
 */
export class Timeline {
  readonly #events = new Map<string, ClusterEvent>();
  #shown: readonly ClusterEvent[] = [];

  /** @returns whether there is anything new to show */
  add(events: readonly ClusterEvent[], now = Date.now()): boolean {
    // A clock that is ahead must not keep its events for ever.
    const fresh = events.filter(
      (event) => !this.#events.has(event.id) && timeOf(event) > now - limits.age && timeOf(event) < now + same,
    );
    for (const event of fresh) this.#events.set(event.id, event);
    const isShorter = this.#forget(now);
    if (fresh.length === 0 && !isShorter) return false;
    const before = this.#shown;
    const inOrder = this.all().toSorted((one, other) => timeOf(one) - timeOf(other) || one.id.localeCompare(other.id));
    this.#shown = folded(merged(inOrder)).toReversed();
    return this.#shown.length !== before.length || this.#shown.some(({ id }, index) => id !== before[index]?.id);
  }

  /** Newest first, each once. */
  get shown(): readonly ClusterEvent[] {
    return this.#shown;
  }

  /**
   * As each observer has told them.
   * @param since milliseconds since 1970
   */
  all(since = 0): ClusterEvent[] {
    return [...this.#events.values()].filter((event) => timeOf(event) >= since);
  }

  /** @returns whether there was something to forget */
  #forget(now: number): boolean {
    const kept = this.all(now - limits.age)
      .toSorted((one, other) => timeOf(other) - timeOf(one))
      .slice(0, limits.count);
    if (kept.length === this.#events.size) return false;
    this.#events.clear();
    for (const event of kept) this.#events.set(event.id, event);
    return true;
  }
}
