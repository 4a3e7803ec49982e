import { askedByWrk } from '../contender.ts';
import { fileOf, type FileSize, fileSizes, makeFiles } from '../content/files.ts';
import type { Pair } from '../pair.ts';
import { certificateIn, startEdge } from '../programs/edge.ts';
import { plainHaproxy, startHaproxy, whyNoHaproxy } from '../programs/haproxy.ts';
import { nginxOfFiles } from '../programs/nginx.ts';
import { freePort, startWeb } from '../programs/node.ts';

type Balancer = { readonly name: string; readonly isCaching: boolean };

/** What is usual: each file is asked for. */
const asking: Balancer = { name: 'HAProxy → nginx', isCaching: false };

/** What no edge that is made of HAProxy can be quicker than: its cache, and nothing but that. */
const caching: Balancer = { name: 'HAProxy’s cache', isCaching: true };

/** What HAProxy's cache costs by itself stands in the last pair. */
const known = {
  small: {
    reached: 1.1,
    because:
      'HAProxy’s cache and a log line, and nothing of what the edge does, cost 16 µs of a core where HAProxy → nginx costs 21 to 28, so nothing is above 1.8 ×; the edge with its ids, limits and checks has 20 to 27',
  },
  more: {
    reached: 1.1,
    because:
      '20 to 27 of the 29 to 82 µs of a core are what a small file costs without TLS; the rest is size and encryption, which both pay: of 40 kB over TLS the kernel’s sends, cryptography and HAProxy’s own are the same for both',
  },
};

const edgePair = (
  size: FileSize,
  isEncrypted: boolean,
  mark: Pair['mark'] = { of: 'rate', value: 2, known: size === 'small' && !isEncrypted ? known.small : known.more },
  { name, isCaching }: Balancer = asking,
): Pair => ({
  name: `edge-${size}${isEncrypted ? '-tls' : ''}${isCaching ? '-cache' : ''}`,
  what: `a static file of ${fileSizes[size] / 1_000} kB through the edge${isEncrypted ? ', over TLS' : ''}`,
  against: name,
  mark,
  lacks: whyNoHaproxy,
  start: async (folder) => {
    const files = makeFiles(folder);
    const [own, other, webPort, ops, nginxPort, nobody] = await Promise.all(Array.from({ length: 6 }, freePort));
    const certificate = isEncrypted ? await certificateIn(folder) : undefined;
    // What is behind has the other core on both sides: the balancer alone is measured, and that ours has little to ask for is what is compared.
    const web = await startWeb({ port: webPort!, ops: ops!, files, upstream: nobody!, core: 'others' });
    const edge = await startEdge(folder, { port: own!, web: { port: webPort!, ops: ops! }, isEncrypted });
    const nginx = await nginxOfFiles('others', `${folder}/nginx`, nginxPort!, files);
    const plain = plainHaproxy({ port: other!, upstream: nginxPort!, certificate, isCaching });
    const haproxy = await startHaproxy('measured', `${folder}/plain`, other!, plain);
    const scheme = isEncrypted ? 'https' : 'http';
    return {
      ours: askedByWrk({ url: `${scheme}://127.0.0.1:${own}/${fileOf(size)}` }, { edge, web }),
      theirs: askedByWrk({ url: `${scheme}://127.0.0.1:${other}/${fileOf(size)}` }, { haproxy, nginx }),
    };
  },
});

/** The edge with its cache, beside a balancer that asks for every file, and beside the least that a balancer with a cache can do. */
export const edgePairs: readonly Pair[] = [
  edgePair('small', false),
  edgePair('large', false),
  edgePair('small', true),
  edgePair('large', true),
  edgePair('small', false, { of: 'rate' }, caching),
];
