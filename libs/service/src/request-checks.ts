import type { IncomingMessage } from 'node:http';

/**
 * Whether the connection of a request is gone already. A process that was frozen finds requests in its sockets whose callers have
 * long sent them to another instance; what they are is not known any more, so their headers would not be believed either.
 */
export const isCallerGone = ({ socket }: Pick<IncomingMessage, 'socket'>): boolean =>
  socket.remoteAddress === undefined || socket.destroyed || socket.readableEnded;

// RFC 3986 3.2.2 and a port. What is forwarded as X-Forwarded-Host is at least a name.
const hostForm = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

const countOfHosts = (raw: readonly string[]): number => {
  let count = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
};

/**
 * Whether a request that Node could parse is still one that two servers may read in two ways, or that asks for something else
 * than an answer: then it is 400 and the end of the connection.
 */
export const isAmbiguous = ({ url = '', httpVersionMinor, headers, rawHeaders }: IncomingMessage): boolean => {
  // `GET http://elsewhere/` and `OPTIONS *` are for proxies; this is the origin.
  if (url.charCodeAt(0) !== 0x2f) return true;
  // RFC 9112 3.2: exactly one Host; Node would take the first of several.
  const hosts = countOfHosts(rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersionMinor > 0) || !hostForm.test(headers.host ?? '')) return true;
  // RFC 9112 6.1: other codings are not understood here, and HTTP/1.0 has none.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersionMinor === 0)) return true;
  // HTTP/2 is offered by clients that go on with HTTP/1.1 as well (curl, Java); other protocols are not spoken.
  return headers.upgrade !== undefined && headers.upgrade.toLowerCase() !== 'h2c';
};
