import type { Contender, Pair } from '../pair.ts';
import { nginxInFront, nginxOfFiles, nginxOfJson } from '../programs/nginx.ts';
import { freePort, startPeer, startWeb } from '../programs/node.ts';
import type { Running } from '../programs/pinned.ts';
import { fileOf, jsonSize, makeFiles, sizes } from './files.ts';

const contender = (name: string, url: string, running: Running, ...behind: Running[]): Contender => ({
  name,
  asked: { url },
  memory: running.memory,
  stop: async () => {
    await Promise.all([running, ...behind].map((each) => each.stop()));
  },
});

type Peer = (port: number, folder: string, files: string) => Promise<Running>;

const filePair = (size: keyof typeof sizes, against: string, mark: number, startTheirs: Peer): Pair => ({
  name: `file-${size}-${against}`,
  what: `a static file of ${sizes[size] / 1_000} kB, web alone`,
  against,
  mark,
  memory: 120,
  start: async (folder) => {
    const files = makeFiles(folder);
    const [own, other, nobody] = [await freePort(), await freePort(), await freePort()];
    return {
      ours: contender('web', `http://127.0.0.1:${own}/${fileOf(size)}`, await startWeb(own, files, nobody)),
      theirs: contender(against, `http://127.0.0.1:${other}/${fileOf(size)}`, await startTheirs(other, folder, files)),
    };
  },
});

const forwardPair = (
  against: string,
  mark: number,
  startTheirs: (port: number, folder: string, upstream: number) => Promise<Running>,
): Pair => ({
  name: `forward-${against}`,
  what: 'a request passed on, web alone',
  against,
  mark,
  memory: 120,
  start: async (folder) => {
    const files = makeFiles(folder);
    const [own, other, behind] = [await freePort(), await freePort(), await freePort()];
    const upstream = await nginxOfJson('others', `${folder}/upstream`, behind, jsonSize);
    return {
      ours: contender('web', `http://127.0.0.1:${own}/api/tags`, await startWeb(own, files, behind)),
      theirs: contender(
        against,
        `http://127.0.0.1:${other}/api/tags`,
        await startTheirs(other, `${folder}/theirs`, behind),
        upstream,
      ),
    };
  },
});

const nginxFiles: Peer = (port, folder, files) => nginxOfFiles('measured', `${folder}/nginx`, port, files);
const bare =
  (size: keyof typeof sizes): Peer =>
  (port) =>
    startPeer('node-bare', port, String(sizes[size]));

/** web beside what a user would put in its place. */
export const webPairs: readonly Pair[] = [
  filePair('small', 'nginx', 0.8, nginxFiles),
  filePair('large', 'nginx', 0.8, nginxFiles),
  filePair('small', '@fastify/static', 7, (port, _, files) => startPeer('fastify-static', port, files)),
  filePair('large', '@fastify/static', 7, (port, _, files) => startPeer('fastify-static', port, files)),
  filePair('small', 'express', 7, (port, _, files) => startPeer('express-web', port, files, 'http://127.0.0.1:9')),
  filePair('small', 'node:http', 0, bare('small')),
  forwardPair('nginx', 0.7, (port, folder, upstream) => nginxInFront('measured', folder, port, upstream)),
  forwardPair('@fastify/http-proxy', 2.5, (port, _, upstream) =>
    startPeer('fastify-http-proxy', port, `http://127.0.0.1:${upstream}`),
  ),
  forwardPair('express', 2.5, (port, folder, upstream) =>
    startPeer('express-web', port, folder, `http://127.0.0.1:${upstream}`),
  ),
];
