import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as it arrived. */
export type Arrived = { readonly request: IncomingMessage; readonly body: Buffer };
type Answer = (arrived: Arrived, response: ServerResponse) => void;

const fine: Answer = ({ request, body }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ headers: request.headers, bytes: body.length }));
};

const statuses = { ready: 200, draining: 503, 'cut off': 500 };

/** An instance of web or app, as far as HAProxy sees it: a port for requests and one for its readiness. */
export class BackEnd {
  /** Requests that have arrived to their end, oldest first. */
  readonly arrived: Arrived[] = [];
  answer: Answer = fine;
  /** What the ops port says: nothing, when it is frozen. */
  readiness: 'ready' | 'draining' | 'cut off' | 'frozen' = 'ready';
  readonly #servers: readonly Server[];

  private constructor(servers: (self: BackEnd) => readonly Server[]) {
    this.#servers = servers(this);
  }

  static async start(address: string, port: number): Promise<BackEnd> {
    const backEnd = new BackEnd((self) => [
      createServer((request, response) => void self.#receive(request, response)),
      createServer(({ method, url }, response) => {
        if (self.readiness === 'frozen') return;
        const isAsked = method === 'GET' && url === '/readyz';
        response.writeHead(isAsked ? statuses[self.readiness] : 404).end();
      }),
    ]);
    for (const [index, server] of backEnd.#servers.entries()) {
      server.listen(port + 100 * index, address);
      await once(server, 'listening');
    }
    return backEnd;
  }

  /** Answers well again, and forgets. */
  reset(): void {
    this.answer = fine;
    this.readiness = 'ready';
    this.arrived.length = 0;
  }

  /** Ends the connections that HAProxy keeps for later, and gives it time to notice. */
  async closeConnections(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await sleep(200);
  }

  close(): void {
    for (const server of this.#servers) server.close().closeAllConnections();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => {});
    await once(request, 'end').catch(() => {});
    const arrived = { request, body: Buffer.concat(parts) };
    this.arrived.push(arrived);
    this.answer(arrived, response);
  }
}
