import type { ServerResponse } from 'node:http';
import { takenAtOnce } from '@scale-up/service';
import type { Sink } from './attempt.ts';

/** An answer that Node's HTTP server writes. */
export const sinkOfResponse = (response: ServerResponse): Sink => ({
  get hasBegun() {
    return response.headersSent;
  },
  begin: (status, headers) => void response.writeHead(status, headers),
  write: (part) => response.write(part.length <= takenAtOnce ? part.toString('latin1') : part, 'latin1'),
  onceDrained: (then) => void response.once('drain', then),
  end: () => void response.end(),
  cut: () => void response.socket?.resetAndDestroy(),
});
