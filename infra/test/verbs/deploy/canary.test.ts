import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { judge, type Comparison } from '../../../verbs/deploy/canary.ts';
import { type Buckets, type Figures, quantile, sampleOf, since, sum } from '../../../verbs/deploy/figures.ts';

/** Buckets of answers of which each took so many seconds, as an instance's histogram has them. */
const bucketsOf = (answers: readonly number[]): Buckets =>
  Object.fromEntries(
    ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'].map((limit) => {
      const most = limit === '+Inf' ? Number.POSITIVE_INFINITY : Number(limit);
      return [limit, answers.filter((seconds) => seconds <= most).length];
    }),
  );

const figures = (count: number, seconds: number, more: Partial<Figures> = {}): Figures => ({
  answers: count,
  errors: 0,
  balanced: count,
  failures: 0,
  buckets: bucketsOf(Array.from({ length: count }, () => seconds)),
  ...more,
});

const comparison = (canary: Figures, others: Figures, more: Partial<Comparison> = {}): Comparison => ({
  canary,
  others,
  warmCanary: canary,
  warmOthers: others,
  restarts: 0,
  ...more,
});

const well = figures(200, 0.008);

suite('a canary is good', () => {
  test('when it answers like the others', () => {
    const { isGood, because } = judge(comparison(well, figures(1_000, 0.008)));
    assert.equal(isGood, true);
    assert.match(because, /^200 requests, 0\.0 % failed, 95 % within 10 ms \(the others: 10 ms\)$/);
  });

  test('when nobody asked it enough to compare: it is ready and did not end', () => {
    const { isGood, because } = judge(comparison(figures(12, 2), figures(40, 0.004)));
    assert.equal(isGood, true);
    assert.equal(because, 'too few requests to compare (12): it is ready and did not end');
  });

  test('when it is slower by milliseconds that nobody notices', () => {
    assert.equal(judge(comparison(figures(200, 0.02), figures(1_000, 0.004))).isGood, true);
  });

  test('when it is slow as long as it is cold, and fast when it is warm', () => {
    const cold = figures(200, 0.9);
    const warm = { warmCanary: well, warmOthers: figures(1_000, 0.008) };
    assert.equal(judge(comparison(cold, figures(1_000, 0.008), warm)).isGood, true);
  });

  test('when one or two requests fail, which may be a client’s doing', () => {
    assert.equal(judge(comparison({ ...well, failures: 2, errors: 2 }, well)).isGood, true);
  });

  test('when it fails no more often than the others do, since then it is not the release', () => {
    const ill = { ...well, errors: 60, failures: 60 };
    assert.equal(judge(comparison({ ...well, errors: 62, failures: 62 }, ill)).isGood, true);
  });
});

suite('a canary is bad', () => {
  const cases: readonly (readonly [what: string, seen: Comparison, because: RegExp])[] = [
    [
      'when it ended by itself, even if nobody asked it anything',
      comparison(figures(0, 0), well, { restarts: 1 }),
      /^it ended by itself$/,
    ],
    ['when it is not ready any more', comparison(well, well, { restarts: -1 }), /^it is not ready any more$/],
    [
      'when it answers 500, also those answers that a balancer repeated elsewhere',
      comparison({ ...well, errors: 20 }, figures(1_000, 0.008)),
      /^20 of its 200 requests failed \(10 %; of the others' 0\.0 %\)$/,
    ],
    [
      'when it resets connections, which it cannot count itself',
      comparison({ ...well, answers: 0, balanced: 30, failures: 30 }, well),
      /^30 of its 30 requests failed \(100 %/,
    ],
    [
      'when three requests fail of few, so that it needs no traffic to be found out',
      comparison(figures(5, 0.008, { errors: 3 }), figures(20, 0.008)),
      /^3 of its 5 requests failed/,
    ],
    [
      'when half of its answers take several times as long',
      comparison(figures(200, 0.2), figures(1_000, 0.008)),
      /^half of its answers took \d+ ms or longer \(of the others' \d+ ms\)$/,
    ],
    [
      'when a twentieth of its answers takes far longer, though most are fast',
      comparison(
        figures(200, 0.008, { buckets: bucketsOf([...Array(180).fill(0.008), ...Array(20).fill(0.9)]) }),
        figures(1_000, 0.008),
      ),
      /^a twentieth of its answers took \d+ ms or longer/,
    ],
  ];
  for (const [what, seen, because] of cases) {
    test(what, () => {
      const verdict = judge(seen);
      assert.equal(verdict.isGood, false, verdict.because);
      assert.match(verdict.because, because);
    });
  }
});

const statsHead = '# pxname,svname,status,stot,econ,eresp,hrsp_5xx';
const metrics = `http_server_request_duration_seconds_bucket{le="0.01",http_response_status_code="200",http_route="/a"} 7
http_server_request_duration_seconds_bucket{le="+Inf",http_response_status_code="200",http_route="/a"} 8
http_server_request_duration_seconds_count{http_response_status_code="200",http_route="/a"} 8
http_server_request_duration_seconds_bucket{le="0.01",http_response_status_code="500",http_route="/b"} 1
http_server_request_duration_seconds_bucket{le="+Inf",http_response_status_code="500",http_route="/b"} 2
http_server_request_duration_seconds_count{http_response_status_code="500",http_route="/b"} 2
http_server_request_duration_seconds_bucket{le="0.01",http_response_status_code="200",http_route="/api/cluster/events"} 0
http_server_request_duration_seconds_bucket{le="+Inf",http_response_status_code="200",http_route="/api/cluster/events"} 9
http_server_request_duration_seconds_count{http_response_status_code="200",http_route="/api/cluster/events"} 9`;

suite('a look at the servers', () => {
  const s1 = `# stats
${statsHead}
edge,FRONTEND,OPEN,30,,,0
web,s1-1,UP,10,0,1,2
web,s2-1,DOWN,5,3,0,0
web,BACKEND,UP,15,3,1,2
web_unchecked,s1-1,no check,4,0,0,1
app,s1-1,UP 1/2,6,0,0,0
# instance web 1 0 200
${metrics}
# instance app 1 2 200
# instance app 2 0 503
`;
  const s2 = `# stats\n${statsHead}\nweb,s1-1,UP,10,0,0,0\nweb,s2-1,UP,5,0,0,0\n`;
  const sample = sampleOf({ s1, s2, s3: '' });

  test('adds up what all balancers gave an instance, and what failed there', () => {
    const { balanced, failures } = sample.figures.web['s1-1']!;
    assert.deepEqual({ balanced, failures }, { balanced: 24, failures: 4 });
    assert.equal(sample.figures.web['s2-1']?.failures, 3);
  });

  test('reads what the instance counts itself, over all its routes but that of streams, which take long as they should', () => {
    const { answers, errors, buckets } = sample.figures.web['s1-1']!;
    assert.deepEqual({ answers, errors, buckets }, { answers: 10, errors: 2, buckets: { '0.01': 8, '+Inf': 10 } });
  });

  test('knows to whom each balancer gives requests; a server that says nothing is no balancer', () => {
    assert.deepEqual(sample.up.web, [new Set(['s1-1']), new Set(['s1-1', 's2-1'])]);
    assert.deepEqual(sample.up.app, [new Set(['s1-1'])]);
  });

  test('knows how often systemd started each instance again, and which are not ready', () => {
    assert.deepEqual(sample.restarts, { 'web@1 s1': 0, 'app@1 s1': 2, 'app@2 s1': -1 });
  });

  test('gives what was added since an earlier one; a process that started again counts from 0', () => {
    const before = figures(100, 0.008, { errors: 1 });
    assert.deepEqual(since(figures(130, 0.008, { errors: 4 }), before), figures(30, 0.008, { errors: 3 }));
    assert.deepEqual(since(figures(0, 0), before), figures(0, 0));
  });

  test('gives all instances together', () => {
    assert.deepEqual(sum([figures(30, 0.008), figures(20, 0.008, { errors: 2 })]), figures(50, 0.008, { errors: 2 }));
    assert.equal(sum([]).answers, 0);
  });
});

suite('a quantile of a histogram', () => {
  test('lies within the bucket in which the wanted answer is', () => {
    assert.equal(quantile({ '0.1': 50, '0.2': 100, '+Inf': 100 }, 0.5), 0.1);
    assert.ok(Math.abs(quantile({ '0.1': 50, '0.2': 100, '+Inf': 100 }, 0.75) - 0.15) < 1e-9);
  });

  test('is the last limit that is known when the answer took longer than all of them', () => {
    assert.equal(quantile({ '0.1': 0, '0.2': 0, '+Inf': 10 }, 0.95), 0.2);
  });

  test('is 0 when there are no answers', () => {
    assert.equal(quantile({}, 0.95), 0);
    assert.equal(quantile({ '0.1': 0, '+Inf': 0 }, 0.95), 0);
  });
});
