// Sends GET requests at a constant rate over HTTP/1.1, one at a time on each connection, over as many as are needed. Arguments: URL, requests a second, seconds;
// and, in SENDER_HEADERS, headers as JSON. Prints what came of it as JSON. A parser of its own, since Node's client takes four times as long as app does: answers with Content-Length alone.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../servers/figures.ts';
import type { Answered } from './answered.ts';

const [address = '', rateText = '', secondsText = ''] = process.argv.slice(2);
const url = new URL(address);
const rate = Number(rateText);
const seconds = Number(secondsText);
const headers = JSON.parse(process.env['SENDER_HEADERS'] ?? '{}') as Record<string, string>;
const fields = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${fields.join('')}\r\n`;

/** More at once than this are not a load but an outage. */
const connectionsMax = 1_000;
/** Milliseconds to wait for the last answers. */
const patience = 5_000;

const times: number[] = [];
const faults: string[] = [];
let opened = 0;
const idle: Connection[] = [];
/** When each that waits for a connection was due. */
const waiting: number[] = [];

/** One connection: what came of an answer so far, and when its request was due. */
class Connection {
  readonly #socket: Socket;
  #due = 0;
  #got: Buffer = Buffer.alloc(0);

  constructor(due: number) {
    opened += 1;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => faults.push(error.message));
    this.send(due);
  }

  send(due: number): void {
    this.#due = due;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#got = this.#got.length === 0 ? chunk : Buffer.concat([this.#got, chunk]);
    const end = this.#got.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#got.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) faults.push(`an answer without Content-Length: ${head}`);
    if (this.#got.length < end + 4 + length) return;
    if (!head.startsWith('HTTP/1.1 200')) faults.push(head.slice(0, 40));
    times.push(performance.now() - this.#due);
    this.#got = Buffer.alloc(0);
    const next = waiting.shift();
    if (next === undefined) idle.push(this);
    else this.send(next);
  }
}

const ask = (due: number): void => {
  const connection = idle.pop();
  if (connection) connection.send(due);
  else if (opened < connectionsMax) new Connection(due);
  else waiting.push(due);
};

const total = Math.round(rate * seconds);
const begin = performance.now();
for (let number = 1; number <= total;) {
  const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * rate));
  for (; number <= due; number += 1) ask(begin + (number * 1_000) / rate);
  await sleep(1);
}
const took = (performance.now() - begin) / 1_000;
for (const deadline = performance.now() + patience; times.length < total && performance.now() < deadline;)
  await sleep(10);
for (const connection of idle) connection.close();

const fault = faults[0] ?? (times.length < total ? `${total - times.length} of ${total} were not answered` : undefined);
const answered: Answered = {
  requests: times.length,
  rate: total / took,
  p50: percentile(times, 0.5),
  p99: percentile(times, 0.99),
};
process.stdout.write(fault ?? JSON.stringify(answered));
process.exit(fault === undefined ? 0 : 1);
