import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { existingImage } from '@scale-up/infra/lab/image.ts';
import { type Core, startPinned } from './pinned.ts';
import type { Running } from './running.ts';

/** HAProxy 3.0 as the servers have it (Debian 13): from the image of the lab, with its own libraries, whatever this machine runs. */
const program = (image: string): { command: string; args: string[] } => {
  const name = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const loader = process.arch === 'arm64' ? 'lib/ld-linux-aarch64.so.1' : 'lib64/ld-linux-x86-64.so.2';
  const libraries = `${image}/usr/lib/${name}-linux-gnu`;
  return { command: `${image}/${loader}`, args: ['--library-path', libraries, `${image}/usr/sbin/haproxy`] };
};

/** Why there can be no HAProxy of the servers' here; undefined where there can. */
export const whyNoHaproxy = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'the image of the lab, whose HAProxy it runs, is open to root alone';
  const image = existingImage();
  return image !== undefined && existsSync(image)
    ? undefined
    : 'it runs the HAProxy of the lab’s image, and that was not made yet (npx nx lab-up infra)';
};

/**
 * Starts HAProxy with a configuration.
 * @param port that it opens
 */
export const startHaproxy = (core: Core, folder: string, port: number, configuration: string): Promise<Running> => {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/haproxy.cfg`;
  writeFileSync(file, configuration, { mode: 0o600 });
  const { command, args } = program(existingImage() ?? '');
  return startPinned(core, { command, args: [...args, '-db', '-f', file] }, port);
};

/** What a listener needs to speak TLS. */
export const bindTls = (certificate: string | undefined): string =>
  certificate === undefined ? '' : ` ssl crt ${certificate} alpn h2,http/1.1`;

export type PlainHaproxy = {
  readonly port: number;
  readonly upstream: number;
  /** A file with certificate and key; without one it speaks HTTP alone. */
  readonly certificate: string | undefined;
  /** Whether it keeps files, and answers by itself what it has. */
  readonly isCaching?: boolean;
};

/**
 * HAProxy as Debian configures it, in front of one server: one thread for its core, a log line for each request, connections kept on both sides. What the site's
 * edge does beside, it does not do.
 */
export const plainHaproxy = ({ port, upstream, certificate, isCaching = false }: PlainHaproxy): string => `
global
  nbthread 1
  log stdout format raw local0
  maxconn 9000

defaults
  log global
  mode http
  option httplog
  timeout connect 5s
  timeout client 50s
  timeout server 50s
  http-reuse always

${isCaching ? 'cache files\n  total-max-size 64\n  max-object-size 1048576\n  max-age 3600\n' : ''}
frontend front
  bind 127.0.0.1:${port}${bindTls(certificate)}
${isCaching ? '  http-request cache-use files\n  http-response cache-store files\n' : ''}  default_backend behind

backend behind
  server one 127.0.0.1:${upstream}
`;
