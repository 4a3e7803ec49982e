import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Person } from './people.ts';

/** A connection to a service, whose end by the other side is no error. */
export const open = async (url: string): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
};

/** The bytes of a write as the hop before sends it, under an attempt key. */
export const bytesOf = (
  person: Person,
  method: string,
  path: string,
  attemptKey: string,
  body: object | undefined,
): string => {
  const text = body ? JSON.stringify(body) : '';
  return [
    `${method} /api${path} HTTP/1.1`,
    'host: trial',
    `authorization: Token ${person.token}`,
    `x-attempt-key: ${attemptKey}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
};
