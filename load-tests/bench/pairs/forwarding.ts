import { askedByWrk } from '../contender.ts';
import { makeFiles } from '../content/files.ts';
import type { Pair } from '../pair.ts';
import { nginxInFront, nginxOfJson } from '../programs/nginx.ts';
import { freePort, startBehind, startPeer, startWeb } from '../programs/node.ts';
import type { Running } from '../programs/running.ts';

/** Bytes of the JSON that is passed on. */
export const jsonSize = 700;

/** What is behind both: an ordinary service, as app is one; or the fastest there is, so that nothing but passing on is measured. */
const upstreams = {
  'Node upstream': (port: number) => startBehind('json', port, String(jsonSize)),
  'nginx upstream': (port: number, folder: string) => nginxOfJson('others', `${folder}/upstream`, port, jsonSize),
} as const;

type Upstream = keyof typeof upstreams;

type Peer = (port: number, folder: string, upstream: number) => Promise<Running>;

const forwardPair = (against: string, upstream: Upstream, mark: Pair['mark'], startTheirs: Peer): Pair => ({
  name: `forward-${against}${upstream === 'Node upstream' ? '' : '-fast'}`,
  what: `a request passed on, web alone, ${upstream}`,
  against,
  mark,
  memory: 120,
  start: async (folder) => {
    const files = makeFiles(folder);
    const [own, other, behind] = [await freePort(), await freePort(), await freePort()];
    const service = await upstreams[upstream](behind, folder);
    const web = await startWeb({ port: own, files, upstream: behind });
    const theirs = await startTheirs(other, `${folder}/theirs`, behind);
    return {
      ours: askedByWrk({ url: `http://127.0.0.1:${own}/api/tags` }, { web, upstream: service }),
      theirs: askedByWrk({ url: `http://127.0.0.1:${other}/api/tags` }, { [against]: theirs, upstream: service }),
    };
  },
});

const nginx: Peer = (port, folder, upstream) => nginxInFront('measured', folder, port, upstream);
const fastifyHttpProxy: Peer = (port, _, upstream) =>
  startPeer('fastify-http-proxy', port, `http://127.0.0.1:${upstream}`);
const express: Peer = (port, folder, upstream) =>
  startPeer('express-web', port, folder, `http://127.0.0.1:${upstream}`);

const nginxInFrontOf = {
  reached: 0.57,
  because:
    'it was 0.84 on a quieter machine: web costs 35 to 57 µs of a core and nginx 21 to 25; the kernel has 17 to 22 of both, garbage 7 of web’s, V8, Node and JavaScript 27',
};

const fastify = {
  reached: 2.36,
  because: 'the peer costs 84 to 106 µs of a core, and web 35 to 50; of these the kernel’s sends are a third',
};

export const forwardingPairs: readonly Pair[] = [
  forwardPair('nginx', 'Node upstream', { of: 'rate', value: 0.7, known: nginxInFrontOf }, nginx),
  forwardPair('nginx', 'nginx upstream', { of: 'rate' }, nginx),
  forwardPair('@fastify/http-proxy', 'Node upstream', { of: 'rate', value: 2.5, known: fastify }, fastifyHttpProxy),
  forwardPair('@fastify/http-proxy', 'nginx upstream', { of: 'rate' }, fastifyHttpProxy),
  forwardPair('express', 'Node upstream', { of: 'rate', value: 2.5 }, express),
];
