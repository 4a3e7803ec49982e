import type { FastifyReply } from 'fastify';

/**
 * An answer's body as it goes out, made by the operation's own serializer; empty where there is none. By the route's, not the reply's: a slow read
 * goes on after its reader was given a stale text, and then the reply takes everything for text.
 */
export const textOf = (reply: FastifyReply, body: unknown): string => {
  if (body === undefined) return '';
  const serialize = reply.getSerializationFunction(String(reply.statusCode));
  return serialize ? serialize(body as never) : JSON.stringify(body);
};

/** Has a text go out as it is: Fastify would serialise a string again. */
export const sendText = (reply: FastifyReply, text: string): string => {
  reply.type('application/json; charset=utf-8').serializer((payload: unknown) => payload as string);
  return text;
};
