// What a tick costs after memory was cleaned up while nobody had one: `node --expose-gc ticks.ts keep|lose` prints microseconds of
// processor time, of which a process has the same when others are at work beside it.
import { setImmediate as turn } from 'node:timers/promises';
import { keepTickShape } from '../src/tick-shape.ts';

const count = 500_000;
const atOnce = 1_000;
const nothing = (): void => {};

const ticks = async (rounds: number, each: number): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    for (let tick = 0; tick < each; tick += 1) process.nextTick(nothing);
    await turn();
  }
};

if (process.argv[2] === 'keep') keepTickShape();
// So many that V8 has taken note of their shape, and so few that it has compiled nothing for it.
await ticks(20, 10);
for (let time = 0; time < 2; time += 1) {
  gc?.();
  await turn();
}
const begun = process.cpuUsage();
await ticks(count / atOnce, atOnce);
process.stdout.write(String(process.cpuUsage(begun).user / count));
