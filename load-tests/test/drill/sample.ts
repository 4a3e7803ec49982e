import type { DrillRecord, Injection } from '../../drill/record.ts';
import { binsOf } from '../../drill/report/bins.ts';
import { figuresOf } from '../../servers/figures.ts';
import type { Entry } from '../../traffic/ledger.ts';

const begin = Date.UTC(2026, 10, 26, 8, 0, 0);

/** A minute of fifty requests a second; behind second 20 those who write wait for as long as it is told, and some fail. */
const entries = (outage: number, failures: number): Entry[] =>
  Array.from({ length: 3_000 }, (_, index) => {
    const at = begin + index * 20;
    const since = index * 20 - 20_000;
    const isWrite = index % 5 === 0;
    const isHeld = isWrite && since >= 0 && since < outage * 1_000;
    const isLost = since >= 0 && index - 1_000 < failures;
    return {
      kind: isWrite ? 'createOrder' : 'articles',
      mark: '',
      at,
      took: isHeld ? outage * 1_000 - since + 30 : 8 + (index % 17),
      status: isLost ? undefined : 200,
      text: '',
      isHeld,
      isReplay: false,
      isAnonymous: !isWrite,
      age: undefined,
      retryAfter: undefined,
      requestId: undefined,
    };
  });

/** A fault as a drill records it. */
export const injection = (
  mark: string,
  { outage = 0, failures = 0, misses = [] as string[], violations = [] as string[], group = 'database' } = {},
): Injection => {
  const all = entries(outage, failures);
  const hit = { from: begin + 20_000, to: begin + 20_100 };
  const mended = begin + 45_000;
  return {
    mark,
    what: `what is done to <${mark}>`,
    limit: '25 s, 0 failed',
    group,
    aim: 's1',
    misses,
    hit,
    mended,
    bins: binsOf(all, hit.from),
    holders: [
      { server: 's1', from: begin, to: begin + 20_300 },
      { server: 's2', from: begin + 20_400, to: begin + 60_000 },
    ],
    answering: [
      { server: 's1', from: begin, to: begin + 20_100 },
      { server: 's2', from: begin + 20_600, to: begin + 60_000 },
    ],
    primaries: [
      { server: 's1', from: begin, to: begin + 20_000 },
      { server: 's3', from: begin + 20_000 + outage * 1_000, to: begin + 60_000 },
    ],
    found: { figures: figuresOf(all, hit, mended), violations, redundancy: 6.5 },
  };
};

/** A drill of three faults, of which one was missed. */
export const record: DrillRecord = {
  date: new Date(begin).toISOString(),
  command: 'npx nx drill load-tests -- --seed 7',
  environment: { servers: 's1 s2 s3', cores: '2', kernel: '6.12.0', k6: '1.8.1', release: 'abc123' },
  took: 640,
  injections: [
    injection('8', { outage: 23 }),
    injection('8', { outage: 20 }),
    injection('2', {
      failures: 7,
      misses: ['a request took 0.77 s, not 0.5 s', '7 failed & "more"'],
      group: 'balancers',
    }),
  ],
};
