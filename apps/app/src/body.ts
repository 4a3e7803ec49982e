import type { FastifyInstance } from 'fastify';

/**
 * Reads JSON bodies; an empty one counts as none, since front ends send the content type on DELETE and the like without a body.
 * Bodies of any other type are 415.
 */
export const readJsonBodies = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    return parse(request, body as string, done);
  });
};
