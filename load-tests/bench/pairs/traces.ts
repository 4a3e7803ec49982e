import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import type { Contender, Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { nginxOfJson } from '../programs/nginx.ts';
import { freePort, startApp, startSink, startWeb } from '../programs/node.ts';
import type { Running } from '../programs/pinned.ts';
import { jsonSize, makeFiles, smallFile } from './files.ts';

/** As an inventory has it that says no more than where to. */
const tenth = (sink: number): NodeJS.ProcessEnv => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink}`,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0.1',
});

type Site = {
  readonly ours: Running;
  readonly theirs: Running;
  readonly path: string;
  readonly ports: readonly [number, number];
  /** What is behind, for both. */
  readonly stop: () => Promise<void>;
};

const tracesPair = (
  name: string,
  what: string,
  start: (folder: string, env: NodeJS.ProcessEnv) => Promise<Site>,
): Pair => ({
  name: `traces-${name}`,
  what: `${what}, one in ten traced`,
  against: 'none traced',
  mark: 0.93,
  start: async (folder) => {
    const port = await freePort();
    const sink = await startSink(port);
    const { ours, theirs, path, ports, stop } = await start(folder, tenth(port));
    const contender = (running: Running, on: number, also: () => Promise<void>): Contender => ({
      name: 'ours',
      asked: { url: `http://127.0.0.1:${on}${path}` },
      memory: running.memory,
      stop: async () => {
        await running.stop();
        await also();
      },
    });
    return {
      ours: contender(ours, ports[0], () => sink.stop()),
      theirs: contender(theirs, ports[1], async () => {
        await ours.stop();
        await stop();
      }),
    };
  },
});

const twoWebs = async (folder: string, env: NodeJS.ProcessEnv, upstream: number) => {
  const files = makeFiles(folder);
  const ports = [await freePort(), await freePort()] as const;
  const ours = await startWeb(ports[0], files, upstream, env);
  return { ports, ours, theirs: await startWeb(ports[1], files, upstream) };
};

/** What traces cost: each of our own processes beside itself without. */
export const tracesPairs: readonly Pair[] = [
  tracesPair('file', 'a static file of 1.4 kB, web alone', async (folder, env) => ({
    ...(await twoWebs(folder, env, await freePort())),
    path: smallFile,
    stop: async () => {},
  })),
  tracesPair('forward', 'a request passed on, web alone', async (folder, env) => {
    const behind = await freePort();
    const upstream = await nginxOfJson('others', `${folder}/upstream`, behind, jsonSize);
    return { ...(await twoWebs(folder, env, behind)), path: '/api/tags', stop: upstream.stop };
  }),
  tracesPair('list', `20 of ${articleCount} articles, app alone`, async (_, env) => {
    const database = await startDatabase();
    const ports = [await freePort(), await freePort()] as const;
    const { token } = makeSecrets();
    const ours = await startApp(ports[0], database.url, token, env);
    const theirs = await startApp(ports[1], database.url, token);
    return { ports, ours, theirs, path: '/api/articles?limit=20', stop: database.stop };
  }),
];
