import { connect as connectTcp, type Socket } from 'node:net';

/**
 * Milliseconds after which one more connection is tried beside those that are not there yet. Chrome and Firefox do so after 250 ms too; else
 * a connection whose first packet went to a balancer that has just died is tried again after a second, by the kernel.
 */
const nextTry = 250;

/** The first TCP connection that is there. No request is sent twice for it: it is not sent yet. */
export const reach = (
  { address, port }: { readonly address: string; readonly port: number },
  limit: number,
): Promise<Socket> => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const tries: Socket[] = [];
  const attempt = (): void => {
    const socket = connectTcp({ host: address, port, noDelay: true });
    tries.push(socket);
    socket.once('connect', () => end(socket));
    socket.on('error', (error) => fail(error));
  };
  let isOver = false;
  const end = (winner?: Socket): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    clearTimeout(late);
    for (const each of tries) if (each !== winner) each.destroy();
    if (winner) resolve(winner);
  };
  // Of a connection that was handed over, its new owner hears as well; what is said here then changes nothing.
  const fail = (error: Error): void => {
    reject(error);
    end();
  };
  const timer = setInterval(attempt, nextTry);
  const late = setTimeout(() => fail(new Error(`no connection within ${limit} ms`)), limit);
  attempt();
  return promise;
};
