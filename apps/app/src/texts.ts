import type { Operation } from '@scale-up/contract';
import type { FastifyReply } from 'fastify';

/**
 * An answer's body as it goes out, made by the operation's own serializer; empty where there is none. By the route's, not the reply's: a slow read
 * goes on after its reader was given a stale text, and then the reply takes everything for text. By the operation's status: a slow write goes
 * on after its caller was told 503.
 */
export const textOf = (reply: FastifyReply, { status }: Operation, body: unknown): string => {
  if (body === undefined) return '';
  const serialize = reply.getSerializationFunction(String(status));
  return serialize ? serialize(body as never) : JSON.stringify(body);
};

/** Has a text go out as it is: Fastify would serialise a string again. */
export const sendText = (reply: FastifyReply, text: string): string => {
  reply.type('application/json; charset=utf-8').serializer((payload: unknown) => payload as string);
  return text;
};
