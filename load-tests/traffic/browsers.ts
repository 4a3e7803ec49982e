import { Agent, buildConnector } from 'undici';
import { Http2Browser } from './http2-browser.ts';
import { reach } from './reach.ts';
import { patience, type Sender } from './sender.ts';

/** Where a site is reached, whatever its name resolves to. */
export type Front = {
  readonly address: string;
  readonly port: number;
  /** The authority that vouches for its certificate, PEM. */
  readonly ca: string;
};

/** Browsers with one HTTP/2 connection each; as many requests go over HTTP/1.1, over as many connections as it takes. */
const sessions = 4;

/** undici's own connections, over a TCP connection that was reached as browsers do. */
const connector = (front: Front): buildConnector.connector => {
  const encrypt = buildConnector({ ca: front.ca, allowH2: false, timeout: patience });
  return (options, callback) => {
    const fail = (error: Error): void => callback(error, null);
    reach(front, patience)
      .then((httpSocket) => encrypt({ ...options, httpSocket }, callback))
      .catch(fail);
  };
};

/**
 * Clients of a site over TLS, half of them HTTP/2 and half HTTP/1.1, whose connections end as those of browsers do: what is under way on one that
 * breaks fails, and what comes after goes over another. They send nothing again but what HTTP/2 says was not begun.
 */
export const browsers = (front: Front): Sender[] => {
  const timeouts = { headersTimeout: patience, bodyTimeout: patience };
  const plain = new Agent({ connections: 10_000, allowH2: false, connect: connector(front), ...timeouts });
  return Array.from({ length: sessions }, () => [new Http2Browser(front), plain]).flat();
};
