import { executionAsyncResource } from 'node:async_hooks';

/** What keeps it. */
let kept: object | undefined;

/**
 * Keeps `process.nextTick` fast, which a request of Node's HTTP server calls seven times. Each call makes an object whose keys are computed, and V8 (13.6, Node 24) does
 * that fast as long as it has only met one shape of it. Where no such object is alive when memory is cleaned up, the shape is forgotten, the next object has
 * another, and from then on each costs a call into the runtime: 0.4 µs instead of 0.06. One that stays alive keeps the shape. To be called first of all.
 */
export const keepTickShape = (): void => {
  process.nextTick(() => {
    kept ??= executionAsyncResource();
  });
};
