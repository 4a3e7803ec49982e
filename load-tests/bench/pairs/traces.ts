import { setTimeout as sleep } from 'node:timers/promises';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer } from '../client/account.ts';
import type { Answered } from '../client/answered.ts';
import { askedByWrk } from '../contender.ts';
import { fileOf, makeFiles } from '../content/files.ts';
import type { Contender, Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { nginxOfJson } from '../programs/nginx.ts';
import { freePort, startApp, startBehind, startWeb } from '../programs/node.ts';
import { jsonSize } from './forwarding.ts';

const list = '/api/articles?limit=20';

/** As an inventory has it that says no more than where to. */
const tenth = (sink: number): NodeJS.ProcessEnv => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink}`,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0.1',
});

/** Milliseconds after which what was traced must have arrived: it is sent every 5 s. */
const patience = 10_000;

/** @throws Error when nobody was told anything: what is not traced costs nothing */
const demandTraces = async (sink: number): Promise<void> => {
  for (const deadline = performance.now() + patience; ; await sleep(100)) {
    const { told } = (await (await fetch(`http://127.0.0.1:${sink}/`)).json()) as { told: number };
    if (told > 0) return;
    if (performance.now() > deadline) throw new Error('Nothing was traced.');
  }
};

/** Starts one with an environment. */
type Start = (env: NodeJS.ProcessEnv) => Promise<Contender>;

/** Why those that miss it do. */
const cost =
  'a span that is recorded costs 20 to 50 µs of a core in these pairs, though to make and write it takes 2 in a loop by itself, and libs/tracing has 0.3 to 0.5 µs of all; the rest is spread over V8, and no larger than what two runs of the same differ by';

/**
 * @param reached of the mark, when that was written down; undefined: the mark
 * @param prepare starts what both need, and gives the way to start one
 */
const tracesPair = (
  name: string,
  what: string,
  reached: number | undefined,
  prepare: (folder: string) => Promise<Start>,
): Pair => ({
  name: `traces-${name}`,
  what: `${what}, one in ten traced`,
  against: 'none traced',
  mark: {
    of: 'rate',
    value: 0.93,
    ...(reached !== undefined && { known: { reached, because: cost } }),
  },
  start: async (folder) => {
    const sink = await freePort();
    await startBehind('otlp-sink', sink);
    const start = await prepare(folder);
    const ours = await start(tenth(sink));
    const ask = async (seconds: number): Promise<Answered> => {
      const answered = await ours.ask(seconds);
      await demandTraces(sink);
      return answered;
    };
    return { ours: { ...ours, ask }, theirs: await start({}) };
  },
});

const startOneWeb = async (files: string, upstream: number, path: string, env: NodeJS.ProcessEnv) => {
  const port = await freePort();
  const web = await startWeb({ port, files, upstream, env });
  return askedByWrk({ url: `http://127.0.0.1:${port}${path}` }, { web });
};

/** What traces cost: each of our own processes beside itself without, and both together. */
export const tracesPairs: readonly Pair[] = [
  tracesPair('file', 'a static file of 1.4 kB, web alone', 0.9, async (folder) => {
    const [files, nobody] = [makeFiles(folder), await freePort()];
    return (env) => startOneWeb(files, nobody, `/${fileOf('small')}`, env);
  }),
  tracesPair('forward', 'a request passed on, web alone', 0.92, async (folder) => {
    const [files, behind] = [makeFiles(folder), await freePort()];
    await nginxOfJson('others', `${folder}/upstream`, behind, jsonSize);
    return (env) => startOneWeb(files, behind, '/api/tags', env);
  }),
  tracesPair('list', `20 of ${articleCount.toLocaleString('en')} articles, app alone`, 0.84, async () => {
    const database = await startDatabase();
    return async (env) => {
      const port = await freePort();
      const app = await startApp({ port, database: database.url, token: makeSecrets().token, env });
      const url = `http://127.0.0.1:${port}${list}`;
      await demandAnswer(url);
      return askedByWrk({ url }, { app, database });
    };
  }),
  tracesPair(
    'site',
    `20 of ${articleCount.toLocaleString('en')} articles through web and app`,
    undefined,
    async (folder) => {
      const [files, database] = [makeFiles(folder), await startDatabase()];
      return async (env) => {
        const [front, back] = [await freePort(), await freePort()];
        const app = await startApp({ port: back, database: database.url, token: makeSecrets().token, env });
        const web = await startWeb({ port: front, files, upstream: back, env });
        const url = `http://127.0.0.1:${front}${list}`;
        await demandAnswer(url);
        return askedByWrk({ url }, { app, web, database });
      };
    },
  ),
];
