/** Visitors, and how many of a hundred are of that kind: together one request in five is a write. */
export const visitors = {
  /** Looks at a page with its files, and at what there is to read or to buy. */
  reader: { share: 0.45, requests: 8 },
  /** Is logged in, and reads what those wrote whom he follows. */
  member: { share: 0.2, requests: 4 },
  /** Writes an article and a comment, changes the article, likes it, and takes it back. */
  writer: { share: 0.18, requests: 5 },
  /** Orders under an Idempotency-Key, looks at the order, and cancels it. */
  buyer: { share: 0.17, requests: 5 },
} as const;

export type VisitorName = keyof typeof visitors;

/** For so many seconds the rate goes to `rate`: multiples of the rate that the run is given. */
export type Stage = { readonly seconds: number; readonly rate: number };

export type Workload = {
  readonly what: string;
  /** Requests a second, unless another rate is given. */
  readonly rate: number;
  readonly stages: readonly Stage[];
  /** What k6 calls them: a metric, and what must hold of it. */
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
};

/** Reads within half a second and writes within one; one request in a thousand may fail; every visitor comes at his time. */
const promised = {
  failed: ['rate<0.001'],
  unexpected: ['rate<0.001'],
  'http_req_duration{kind:read}': ['p(99)<500'],
  'http_req_duration{kind:write}': ['p(99)<1000'],
  'http_req_duration{kind:file}': ['p(99)<500'],
  dropped_iterations: ['count<1'],
};

const steps = 12;
const stepSeconds = { rise: 5, hold: 25 };

/** Loads with visitors; smoke has a script of its own. */
export const workloads = {
  load: {
    what: 'to the rate within a minute, and four minutes of it',
    rate: 100,
    stages: [
      { seconds: 60, rate: 1 },
      { seconds: 240, rate: 1 },
    ],
    thresholds: promised,
  },
  spike: {
    what: 'ten times the rate within 5 s, for 20 s, and back: how long until all is as before',
    rate: 20,
    stages: [
      { seconds: 5, rate: 1 },
      { seconds: 30, rate: 1 },
      { seconds: 5, rate: 10 },
      { seconds: 20, rate: 10 },
      { seconds: 5, rate: 1 },
      { seconds: 40, rate: 1 },
    ],
    // Who comes in the spike may wait, and is answered.
    thresholds: { failed: ['rate<0.001'], unexpected: ['rate<0.001'] },
  },
  stress: {
    what: 'more each half minute, until the slowest hundredth takes longer than 500 ms or one in a thousand fails: the knee',
    rate: 50,
    stages: Array.from({ length: steps }, (_, index) => [
      { seconds: stepSeconds.rise, rate: index + 1 },
      { seconds: stepSeconds.hold, rate: index + 1 },
    ]).flat(),
    // The run judges each step, and ends after the first that is beyond.
    thresholds: {},
  },
  soak: {
    what: 'the rate for hours: memory, descriptors and connections must not grow',
    rate: 50,
    stages: [
      { seconds: 60, rate: 1 },
      { seconds: 7_140, rate: 1 },
    ],
    thresholds: promised,
  },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;
