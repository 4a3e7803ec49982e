import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RenderedFile } from '../../inventory/render.ts';
import type { Secrets } from '../../inventory/secrets.ts';
import { BackEnd } from './back-end.ts';
import { type Answered, send } from './send.ts';

/** What the test outside hands to the tests in the namespace. */
export type Given = {
  readonly image: string;
  /** An empty folder. */
  readonly folder: string;
  readonly secrets: Secrets;
  readonly files: Readonly<Record<string, readonly RenderedFile[]>>;
};

export const addresses = {
  'lb-1': '10.99.0.11',
  'lb-2': '10.99.0.12',
  'web-1': '10.99.0.21',
  'web-2': '10.99.0.22',
  'web-3': '10.99.0.23',
  'app-1': '10.99.0.31',
  'app-2': '10.99.0.32',
} as const;

/** Requests a second, of one client. */
export const limit = 50;

/** The inventory that is tried: two balancers and three web servers, so that a repetition can go wrong once more. */
export const inventoryText = `name: edge-test
site: { host: halyard.test }
vip: { address: 10.99.0.100, prefix: 24, interface: eth0, router_id: 99 }
tls: { certificate: self-signed }
servers:
${Object.entries(addresses)
  .map(([name, address]) => `  ${name}: { address: ${address} }`)
  .join('\n')}
groups:
  loadbalancers: [lb-1, lb-2]
  web: [web-1, web-2, web-3]
  app: [app-1, app-2]
  database: [app-1]
  cache: [app-1]
settings: { requests_per_client: ${limit} }
`;

const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: 'inherit' });

/** One HAProxy, on a disk of its own, with the files that provision would write for its server. */
class Proxy {
  readonly #root: string;
  readonly #process: ChildProcess;
  #log = '';

  constructor({ image, folder, files, secrets }: Given, name: keyof typeof addresses) {
    const disk = `${folder}/${name}`;
    this.#root = `${disk}/root`;
    mkdirSync(this.#root, { recursive: true });
    mkdirSync(`${disk}/changes`);
    mkdirSync(`${disk}/work`);
    run(
      'mount',
      '-t',
      'overlay',
      '-o',
      `lowerdir=${image},upperdir=${disk}/changes,workdir=${disk}/work`,
      'overlay',
      this.#root,
    );
    run('mount', '--bind', '/dev', `${this.#root}/dev`);
    const own = files[name]?.filter(({ role }) => role === 'haproxy') ?? [];
    // A test that fails shows the log.
    for (const { path, text: rendered } of own)
      this.write(
        path,
        rendered
          .replace('log /dev/log', 'log stderr format raw')
          .replace('  quiet\n', '')
          .replaceAll('127.0.0.1:8082', `${addresses[name]}:8082`),
      );
    this.write('/etc/scale-up/pki/ca.pem', secrets.pki.ca.cert);
    this.write('/etc/scale-up/pki/server.pem', secrets.pki.servers[name]!.cert);
    this.write('/etc/scale-up/pki/server.key', secrets.pki.servers[name]!.key);
    mkdirSync(`${this.#root}/run/haproxy`, { recursive: true });
    // All are in one namespace here, so each listens on its own address.
    const sockets = own.find(({ path }) => path.endsWith('/haproxy.socket'))!.text.matchAll(/^ListenStream=(.+)$/gm);
    const listen = [...sockets].map(([, address]) => `--listen=${address!.replace('0.0.0.0', addresses[name])}`);
    const haproxy = ['haproxy', '-W', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid'];
    this.#process = spawn('chroot', [this.#root, 'systemd-socket-activate', ...listen, ...haproxy], {
      stdio: ['inherit', 'inherit', 'pipe'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
      process.stderr.write(text);
    });
  }

  /** Its log lines about a request, as soon as there is one. */
  async logOf(requestId: string): Promise<Record<string, unknown>[]> {
    for (const deadline = Date.now() + 5_000; ; await sleep(20)) {
      const lines = this.#log.split('\n').slice(0, -1);
      const found = lines.filter((line) => line.startsWith('{') && line.includes(requestId));
      if (found.length > 0) return found.map((line) => JSON.parse(line) as Record<string, unknown>);
      if (Date.now() > deadline) throw new Error(`no line about ${requestId}`);
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(`${this.#root}${path}`), { recursive: true });
    writeFileSync(`${this.#root}${path}`, text, { mode: 0o600 });
  }

  /** What HAProxy answers on its admin socket. */
  async ask(command: string): Promise<string> {
    const socket = connect(`${this.#root}/run/haproxy/admin.sock`);
    socket.end(`${command}\n`);
    return textOf(socket);
  }

  /** What `systemctl reload haproxy` does. */
  reload(): void {
    process.kill(Number(readFileSync(`${this.#root}/run/haproxy.pid`, 'utf8')), 'SIGUSR2');
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}

/** Two balancers, the router of one web server, and what is behind them. */
export class Site {
  readonly given: Given;
  readonly web: readonly BackEnd[];
  readonly app: readonly BackEnd[];
  readonly balancer: Proxy;
  readonly otherBalancer: Proxy;
  readonly #proxies: readonly Proxy[];

  private constructor(given: Given, web: readonly BackEnd[], app: readonly BackEnd[]) {
    this.given = given;
    this.web = web;
    this.app = app;
    this.#proxies = (['lb-1', 'lb-2', 'web-1'] as const).map((name) => new Proxy(given, name));
    this.balancer = this.#proxies[0]!;
    this.otherBalancer = this.#proxies[1]!;
  }

  static async start(): Promise<Site> {
    const given = JSON.parse(readFileSync(process.env['EDGE_TEST_GIVEN']!, 'utf8')) as Given;
    run('ip', 'link', 'set', 'lo', 'up');
    for (const address of Object.values(addresses)) run('ip', 'address', 'add', `${address}/32`, 'dev', 'lo');
    // Clients: 10.99.0.101 and on.
    run('ip', 'route', 'add', 'local', '10.99.0.96/27', 'dev', 'lo');
    run('mount', '-t', 'tmpfs', 'tmpfs', given.folder);
    const startAll = (port: number, names: readonly (keyof typeof addresses)[]): Promise<BackEnd[]> =>
      Promise.all(names.map((name) => BackEnd.start(addresses[name], port)));
    const web = await startAll(8080, ['web-1', 'web-2', 'web-3']);
    const app = await startAll(8090, ['app-1', 'app-2']);
    const site = new Site(given, web, app);
    await Promise.all([site.isUp('lb-1'), site.isUp('lb-2'), site.isUp('web-1')]);
    site.reset();
    return site;
  }

  /** Sends a request to an edge. */
  send(
    path: string,
    options: Parameters<typeof send>[1] = {},
    edge: keyof typeof addresses = 'lb-1',
  ): Promise<Answered> {
    return send(`https://${addresses[edge]}${path}`, { ca: this.given.secrets.edge.ca_cert ?? '', ...options });
  }

  /** Sends a request to the router, as web does. */
  route(path: string, options: Parameters<typeof send>[1] = {}): Promise<Answered> {
    return send(`http://127.0.0.1:8081${path}`, options);
  }

  reset(): void {
    for (const backEnd of [...this.web, ...this.app]) backEnd.reset();
  }

  async isUp(edge: keyof typeof addresses): Promise<void> {
    for (const deadline = Date.now() + 10_000; ; await sleep(50)) {
      const { status } = await this.send('/', {}, edge).catch(() => ({ status: 0 }));
      if (status === 200) return;
      if (Date.now() > deadline) throw new Error(`${edge} does not serve`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    for (const backEnd of [...this.web, ...this.app]) backEnd.close();
  }
}
