import { askedByWrk } from '../contender.ts';
import { fileOf, type FileSize, fileSizes, makeFiles } from '../content/files.ts';
import type { Pair } from '../pair.ts';
import { nginxOfFiles } from '../programs/nginx.ts';
import { freePort, startPeer, startWeb } from '../programs/node.ts';
import type { Running } from '../programs/running.ts';

type Peer = (port: number, folder: string, files: string) => Promise<Running>;

const filePair = (size: FileSize, against: string, mark: Pair['mark'], startTheirs: Peer): Pair => ({
  name: `file-${size}-${against}`,
  what: `a static file of ${fileSizes[size] / 1_000} kB, web alone`,
  against,
  mark,
  memory: 120,
  start: async (folder) => {
    const files = makeFiles(folder);
    const [own, other, nobody] = [await freePort(), await freePort(), await freePort()];
    const web = await startWeb({ port: own, files, upstream: nobody });
    const theirs = await startTheirs(other, folder, files);
    return {
      ours: askedByWrk({ url: `http://127.0.0.1:${own}/${fileOf(size)}` }, { web }),
      theirs: askedByWrk({ url: `http://127.0.0.1:${other}/${fileOf(size)}` }, { [against]: theirs }),
    };
  },
});

const nginxFiles: Peer = (port, folder, files) => nginxOfFiles('measured', `${folder}/nginx`, port, files);
const fastifyStatic: Peer = (port, _, files) => startPeer('fastify-static', port, files);
const express: Peer = (port, _, files) => startPeer('express-web', port, files, 'http://127.0.0.1:9');
const bareNode: Peer = (port) => startPeer('node-bare', port, String(fileSizes.small));

const known = {
  reached: 0.53,
  because:
    'a small file costs web 18 to 24 µs of a core, as much as the least that node:http can do, and nginx 12 to 15: the kernel has 11 of both; V8 and Node have 12 of web’s, nginx’s own code 2',
};

const knownOfExpress = {
  reached: 5.8,
  because: 'Express costs 99 to 148 µs of a core and web 17 to 25, of which the kernel has half',
};

/** web beside what else serves files. */
export const filePairs: readonly Pair[] = [
  filePair('small', 'nginx', { of: 'rate', value: 0.8, known }, nginxFiles),
  filePair('large', 'nginx', { of: 'rate', value: 0.8, known }, nginxFiles),
  filePair('small', '@fastify/static', { of: 'rate', value: 7 }, fastifyStatic),
  filePair('large', '@fastify/static', { of: 'rate', value: 7 }, fastifyStatic),
  filePair('small', 'express', { of: 'rate', value: 7, known: knownOfExpress }, express),
  filePair('small', 'node:http', { of: 'rate' }, bareNode),
];
