/** Numbers below 1 that are the same for the same seed (mulberry32 by Tommy Ettinger, public domain), so that a run can be repeated. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** SEED from the environment, else one of the time; printed by whoever uses it. */
export const seedOfRun = (): number => {
  const given = Number(process.env['SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : Date.now() % 1_000_000_000;
};

export const pick = <Item>(items: readonly Item[], random: () => number): Item =>
  items[Math.floor(random() * items.length)] as Item;
