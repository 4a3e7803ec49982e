import type { ServerResponse } from 'node:http';
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
