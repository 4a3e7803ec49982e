import { isIP } from 'node:net';
import { type Kind, parseEndpoint, Wrong } from './kinds.ts';

const kinds = ['balancer', 'router', 'web', 'app', 'database', 'etcd', 'cache'] as const;

/** Something that runs on a server, and where it can be asked how it is. */
export type MappedPart = {
  /** `s1/web-1`, `s1/database`. */
  readonly id: string;
  readonly server: string;
  readonly kind: (typeof kinds)[number];
  /** Of several instances on one server. */
  readonly number: number;
  readonly host: string;
  readonly port: number;
};

/** What a site consists of. */
export type ClusterMap = {
  /** The address that clients use, where load balancers share one. */
  readonly vip: string | undefined;
  /** In the order in which they are shown; those of one server stand together. */
  readonly parts: readonly MappedPart[];
};

const right = `parts such as s1/web-1=10.0.0.1:8180, of the kinds ${kinds.join(', ')}, and vip=10.0.0.100`;

const parsePart = (item: string): MappedPart => {
  const [, server, word, digits, place = ''] = /^([\w.-]+)\/([a-z]+)(?:-([1-9]\d?))?=(.+)$/.exec(item) ?? [];
  const kind = kinds.find((each) => each === word);
  if (server === undefined || kind === undefined) throw new Wrong(`${right}; "${item}" is none`);
  const { host, port } = parseEndpoint(place);
  const id = digits === undefined ? `${server}/${kind}` : `${server}/${kind}-${digits}`;
  return { id, server, kind, number: Number(digits ?? 1), host, port };
};

/** What a site consists of, and where each part can be asked: `vip=ADDRESS,SERVER/KIND[-NUMBER]=HOST:PORT,…`. */
export const clusterMap = (): Kind<ClusterMap> => ({
  name: 'server/kind=host:port, comma-separated',
  secret: false,
  parse: (text) => {
    const items = text.split(',').map((item) => item.trim());
    const vips = items.filter((item) => item.startsWith('vip=')).map((item) => item.slice(4));
    const parts = items.filter((item) => !item.startsWith('vip=')).map(parsePart);
    const [vip] = vips;
    if (vips.length > 1 || (vip !== undefined && isIP(vip) === 0)) throw new Wrong(`${right}; one VIP, an IP address`);
    const twice = parts.find(({ id }, index) => parts.findIndex((part) => part.id === id) !== index);
    if (twice) throw new Wrong(`${right}; ${twice.id} is there twice`);
    if (parts.length === 0) throw new Wrong(right);
    return { vip, parts };
  },
});
