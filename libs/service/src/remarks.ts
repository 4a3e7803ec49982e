import type { FastifyRequest } from 'fastify';

/** What a request's log line says beside the usual. */
export type Remarks = Readonly<Record<string, number | boolean>>;

declare module 'fastify' {
  interface FastifyRequest {
    remarks: Remarks | undefined;
  }
}

/** Adds to what a request's log line says: why it took long, such as `held_ms`. */
export const remark = (request: FastifyRequest, remarks: Remarks): void => {
  request.remarks = { ...request.remarks, ...remarks };
};
