/** Milliseconds since 1970 that never go back; two processes of one machine agree on them. */
export const now = (): number => performance.timeOrigin + performance.now();
