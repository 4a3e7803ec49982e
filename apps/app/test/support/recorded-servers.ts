import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const recorded = (name: string): string =>
  readFileSync(new URL(`../cluster/recorded/${name}`, import.meta.url), 'utf8');

/** What the servers of a lab said: HAProxy's table, Patroni, `INFO` of Valkey. */
export const recordings = {
  table: recorded('haproxy-s1.csv'),
  primary: recorded('patroni-primary.json'),
  standby: recorded('patroni-standby.json'),
  history: recorded('patroni-history.json'),
  cache: recorded('valkey-info.txt'),
};

/** HAProxy's table with other cells in the rows of a back end's server; as they stand in CSV. */
export const tableWith = (backend: string, server: string, cells: Readonly<Record<string, string>>): string => {
  const [head = '', ...rows] = recordings.table.split('\n');
  const names = head.slice(2).split(',');
  const changed = rows.map((row) => {
    if (!row.startsWith(`${backend},${server},`)) return row;
    const old = row.split(',');
    return names.map((name, index) => cells[name] ?? old[index]).join(',');
  });
  return [head, ...changed].join('\n');
};

/** A port of a server that says what was recorded, and may fall silent as one without power. */
export class RecordedPort {
  /** By path, without its query. */
  answers: Readonly<Record<string, string>>;
  /** Accepts, and says nothing: what a server whose network is cut looks like, to within the time that connecting takes. */
  isSilent = false;
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();

  constructor(answers: Readonly<Record<string, string>>) {
    this.answers = answers;
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1').unref();
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    socket.setEncoding('utf8').once('data', (text: string) => {
      if (this.isSilent) return;
      const path = /^GET ([^ ?]+)/.exec(text)?.[1] ?? '';
      const body = this.answers[path];
      socket.end(`HTTP/1.0 ${body === undefined ? 404 : 200} x\r\n\r\n${body ?? ''}`);
    });
  }
}
