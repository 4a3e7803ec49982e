import { isUtf8 } from 'node:buffer';
import { Problem } from '@scale-up/service';
import type { FastifyInstance } from 'fastify';

/**
 * Reads JSON bodies; an empty one counts as none, since front ends send the content type on DELETE and the like without a body.
 * Bodies of any other type are 415, bytes that are no UTF-8 are 400 instead of being replaced in silence.
 */
export const readJsonBodies = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!isUtf8(body as Buffer)) return done(new Problem('bad-request'));
    return parse(request, body.toString(), done);
  });
};
