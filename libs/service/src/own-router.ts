import { connect } from 'node:net';

/** A kernel answers for its own ports at once; who does not is frozen or busy, and no refusal. In milliseconds. */
const patience = 200;

/**
 * Whether the router of this server is switched off: nobody listens there any more. One that is restarted, reloaded or frozen refuses nothing, for its sockets
 * stay open.
 * @param endpoints its addresses; one that refuses is enough
 */
export const isRefused = async (
  endpoints: readonly { readonly host: string; readonly port: number }[],
): Promise<boolean> => {
  const answers = await Promise.all(endpoints.map(knock));
  return answers.includes(true);
};

const knock = ({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: patience });
  socket.once('connect', () => resolve(false));
  socket.once('timeout', () => resolve(false));
  socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  return promise.finally(() => socket.destroy());
};
