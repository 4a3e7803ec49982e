/** What is wrong with a bad release. */
export type Fault = 'crash' | 'errors' | 'slow';

/** Runs as soon as the service makes a server. */
const onStart = (body: string): string => `
import { subscribe } from 'node:diagnostics_channel';
subscribe('fastify.initialization', ({ fastify }) => {
  ${body}
});
`;

/** Acts on every request of the API that Fastify sees, which fresh cached reads are not (decision 0046), and leaves the ops port alone: a bad release says that it is ready. */
const onRequest = (body: string): string =>
  onStart(`fastify.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api')) return undefined;
    ${body}
  });`);

/** What is loaded before a bad release's own program, as the source of a module. */
export const preloads: Readonly<Record<Fault, string>> = {
  crash: onStart(`fastify.addHook('onListen', async () => {
    setTimeout(() => {
      throw new Error('this release is bad: it crashes');
    }, 5_000);
  });`),
  errors: onRequest(`return Math.random() < 0.2 ? reply.code(500).send({ title: 'this release is bad' }) : undefined;`),
  slow: onRequest(`await new Promise((resolve) => setTimeout(resolve, 400));\n    return undefined;`),
};
