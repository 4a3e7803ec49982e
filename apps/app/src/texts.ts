import type { FastifyReply } from 'fastify';

/** An answer's body as it goes out, made by the operation's own serializer; empty where there is none. */
export const textOf = (reply: FastifyReply, body: unknown): string =>
  body === undefined ? '' : (reply.serialize(body) as string);

/** Has a text go out as it is: Fastify would serialise a string again. */
export const sendText = (reply: FastifyReply, text: string): string => {
  reply.type('application/json; charset=utf-8').serializer((payload: unknown) => payload as string);
  return text;
};
