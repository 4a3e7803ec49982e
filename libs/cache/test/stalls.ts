const interval = 2;
let stalled = 0;
let last = performance.now();

const overdue = (): number => Math.max(0, performance.now() - last - interval - 1);

setInterval(() => {
  stalled += overdue();
  last = performance.now();
}, interval).unref();

/** For how many ms in all this process got no turn, as on a busy machine: no fault of what is tested. */
export const stalledMs = (): number => stalled + overdue();

/** What it gives, and in how many ms, without those in which this process got no turn. */
export const timed = async <Result>(work: () => Promise<Result>): Promise<[Result, number]> => {
  const [start, before] = [performance.now(), stalledMs()];
  const result = await work();
  return [result, performance.now() - start - (stalledMs() - before)];
};
