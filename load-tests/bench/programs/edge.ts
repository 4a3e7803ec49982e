import { mkdirSync, writeFileSync } from 'node:fs';
import { readInventory } from '@scale-up/infra/inventory/read.ts';
import { renderFiles } from '@scale-up/infra/inventory/render.ts';
import { completeSecrets } from '@scale-up/infra/inventory/secrets.ts';
import { ensureAnsible } from '@scale-up/infra/inventory/venv.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { bindTls, startHaproxy } from './haproxy.ts';
import { freePort } from './node.ts';
import type { Running } from './running.ts';

/** Each server is an address of loopback, so what is tried to reach of the others is refused at once. */
const inventory = `name: bench
site: { host: halyard.test }
vip: { address: 127.0.0.100, prefix: 24, interface: lo, router_id: 99 }
tls: { certificate: self-signed }
servers:
  lb-1: { address: 127.0.0.11 }
  lb-2: { address: 127.0.0.12 }
  web-1: { address: 127.0.0.21 }
  app-1: { address: 127.0.0.31 }
groups: { loadbalancers: [lb-1, lb-2], web: [web-1], app: [app-1], database: [app-1], cache: [app-1] }
settings: { requests_per_client: 100000 }
`;

/** What provision would write on a balancer. */
export type Rendered = {
  readonly configuration: string;
  readonly certificate: string;
  readonly pki: { readonly ca: string; readonly cert: string; readonly key: string };
};

let rendered: Rendered | undefined;

/** Renders the edge's files; once, since it takes Ansible some ten seconds. */
const render = async (folder: string): Promise<Rendered> => {
  if (rendered) return rendered;
  print(dim('  the edge’s configuration is rendered'));
  const file = `${folder}/inventory.yml`;
  writeFileSync(file, inventory);
  const read = readInventory(file);
  const secrets = await completeSecrets(read);
  const bin = await ensureAnsible((text) => print(dim(`  ${text}`)));
  const files = (await renderFiles(bin, read, secrets, () => ({ web: 1, app: 1 })))['lb-1'] ?? [];
  const textOf = (path: string): string => files.find((one) => one.path === path)?.text ?? '';
  const { ca, servers } = secrets.pki;
  rendered = {
    configuration: textOf('/etc/haproxy/haproxy.cfg'),
    certificate: textOf('/etc/haproxy/edge.pem'),
    pki: { ca: ca.cert, cert: servers['lb-1']?.cert ?? '', key: servers['lb-1']?.key ?? '' },
  };
  return rendered;
};

export type EdgeOptions = {
  readonly port: number;
  /** The port of web, and its ops port. */
  readonly web: { readonly port: number; readonly ops: number };
  readonly isEncrypted: boolean;
};

/** A part of the configuration is there, or the bench would measure something else. */
const replaced = (text: string, [part, by]: readonly [part: string, by: string]): string => {
  if (!text.includes(part)) throw new Error(`the edge’s configuration has no "${part}" any more`);
  return text.replaceAll(part, by);
};

/**
 * The configuration as it is rendered, but for where things are: files in a folder of its own, ports that are free, the log where it is printed; no account, no
 * chroot and no admin socket.
 */
const relocated = (
  { configuration }: Rendered,
  folder: string,
  { port, web, isEncrypted }: EdgeOptions,
  [redirect, stage, figures]: readonly number[],
): string =>
  (
    [
      ['  user haproxy\n  group haproxy\n  chroot /var/lib/haproxy\n', '  nbthread 1\n'],
      ['  stats socket /run/haproxy/admin.sock mode 660 level admin\n', ''],
      ['  quiet\n', ''],
      // What is warned of is what was taken away above.
      ['  zero-warning\n', ''],
      ['log /dev/log local0 info', 'log stdout format raw local0 info'],
      ['SOCKET_HTTP 0.0.0.0:80', `SOCKET_HTTP 127.0.0.1:${redirect}`],
      ['SOCKET_HTTPS 0.0.0.0:443', `SOCKET_HTTPS 127.0.0.1:${port}`],
      [' ssl crt /etc/haproxy/edge.pem alpn h2,http/1.1', bindTls(isEncrypted ? `${folder}/edge.pem` : undefined)],
      ['/etc/scale-up/pki/', `${folder}/`],
      ['127.0.0.1:8082', `127.0.0.1:${stage}`],
      ['127.0.0.1:8404', `127.0.0.1:${figures}`],
      ['127.0.0.21:8080 check port 8180', `127.0.0.1:${web.port} check port ${web.ops}`],
      ['127.0.0.21:8080', `127.0.0.1:${web.port}`],
    ] as const
  ).reduce((text, pair) => replaced(text, pair), configuration);

/** The certificate that both of a pair show, in a file. */
export const certificateIn = async (folder: string): Promise<string> => {
  const { certificate } = await render(folder);
  const file = `${folder}/certificate.pem`;
  writeFileSync(file, certificate, { mode: 0o600 });
  return file;
};

/** The edge as provision would make it, in front of web. */
export const startEdge = async (folder: string, options: EdgeOptions): Promise<Running> => {
  const files = await render(folder);
  const own = `${folder}/edge`;
  mkdirSync(own, { recursive: true, mode: 0o700 });
  for (const [name, text] of [
    ['edge.pem', files.certificate],
    ['ca.pem', files.pki.ca],
    ['server.pem', files.pki.cert],
    ['server.key', files.pki.key],
  ] as const)
    writeFileSync(`${own}/${name}`, text, { mode: 0o600 });
  const ports = [await freePort(), await freePort(), await freePort()];
  return startHaproxy('measured', own, options.port, relocated(files, own, options, ports));
};
