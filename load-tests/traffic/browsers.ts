import { connect as connectTcp, type Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { patience } from './shoppers.ts';

/** Where a site is reached, whatever its name resolves to. */
export type Front = {
  readonly address: string;
  readonly port: number;
  /** The authority that vouches for its certificate, PEM. */
  readonly ca: string;
};

/**
 * Milliseconds after which one more connection is tried beside those that are not there yet. Chrome and Firefox do so after 250 ms too; else
 * a connection whose first packet went to a balancer that has just died is tried again after a second, by the kernel.
 */
const nextTry = 250;

/** Browsers with one HTTP/2 connection each; as many requests go over HTTP/1.1, over as many connections as it takes. */
const sessions = 4;

/** The first TCP connection that is there. No request is sent twice for it: it is not sent yet. */
export const reach = ({ address, port }: Pick<Front, 'address' | 'port'>, limit = patience): Promise<Socket> => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const tries: Socket[] = [];
  const attempt = (): void => {
    const socket = connectTcp({ host: address, port, noDelay: true });
    tries.push(socket);
    socket.once('connect', () => end(socket));
    socket.on('error', fail);
  };
  const end = (winner?: Socket): void => {
    clearInterval(timer);
    clearTimeout(late);
    winner?.off('error', fail);
    for (const each of tries) if (each !== winner) each.destroy();
    if (winner) resolve(winner);
  };
  const fail = (error: Error): void => {
    reject(error);
    end();
  };
  const timer = setInterval(attempt, nextTry);
  const late = setTimeout(() => fail(new Error(`no connection within ${limit} ms`)), limit);
  attempt();
  return promise;
};

const connector = (front: Front, allowH2: boolean): buildConnector.connector => {
  const encrypt = buildConnector({ ca: front.ca, allowH2, timeout: patience });
  return (options, callback) => {
    reach(front).then(
      (httpSocket) => encrypt({ ...options, httpSocket }, callback),
      (error: Error) => callback(error, null),
    );
  };
};

/**
 * Dispatchers to a site over TLS, half HTTP/2 and half HTTP/1.1, whose connections end as those of browsers do: what is under way on one that
 * breaks fails, and what comes after goes over another. They send nothing again but what a GOAWAY says was not begun, as HTTP/2 has it.
 */
export const browsers = (front: Front): Dispatcher[] => {
  const agent = (allowH2: boolean): Agent =>
    new Agent({
      connections: 10_000,
      allowH2,
      connect: connector(front, allowH2),
      headersTimeout: patience,
      bodyTimeout: patience,
    });
  const plain = agent(false);
  return Array.from({ length: sessions }, () => [agent(true), plain]).flat();
};
