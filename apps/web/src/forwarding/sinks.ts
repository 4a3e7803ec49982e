import type { ServerResponse } from 'node:http';
import type { Exchange } from '@scale-up/service';
import type { Sink } from './attempt.ts';

// A small answer leaves Node as one string with its headers, which costs less than two buffers (see static-file.ts).
const maxStringPart = 16_384;

/** An answer that Node's HTTP server writes. */
export const sinkOfResponse = (response: ServerResponse): Sink => ({
  get hasBegun() {
    return response.headersSent;
  },
  begin: (status, headers) => void response.writeHead(status, headers),
  write: (part) => response.write(part.length <= maxStringPart ? part.toString('latin1') : part, 'latin1'),
  onceDrained: (then) => void response.once('drain', then),
  end: () => void response.end(),
  cut: () => void response.socket?.resetAndDestroy(),
});

/** An answer on the fast path. */
export const sinkOfExchange = (exchange: Exchange, route: string): Sink => ({
  get hasBegun() {
    return exchange.hasBegun;
  },
  begin: (status, headers) => exchange.begin(status, headers),
  write: (part) => exchange.write(part),
  onceDrained: (then) => void exchange.socket.once('drain', then),
  end: () => exchange.end(route),
  cut: () => exchange.cut(),
});
