/** Milliseconds by which the wall clock may have been set before spans go by it. */
const drift = 2;

let offset = performance.timeOrigin;

/** Milliseconds since 1970, to the microsecond, and never backwards between two `followWallClock`. */
export const now = (): number => offset + performance.now();

/** Goes by the wall clock again, where that was set since. */
export const followWallClock = (): void => {
  const away = Date.now() - now();
  if (Math.abs(away) > drift) offset += away;
};
