import { type Remote, remote } from '../support/ssh.ts';

/** Gives the place of Valkey's primary to a replica, on a server that may have it. The role's own script waits for it. */
export const stepDown = (): Remote => ({
  ...remote('/usr/local/lib/scale-up/valkey-step-down'),
  // The script gives up after 10 s.
  timeout: 15_000,
});
