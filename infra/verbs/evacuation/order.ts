import type { Looks } from './redundancy.ts';

/**
 * In which order to reboot all servers: first the one that an earlier, killed run has left evacuated, since only one may be
 * out at a time; the holder of the VIP and the primary last, so that both move once.
 */
export const rebootOrder = (looks: Looks, primary: string | undefined): string[] => {
  const weight = (name: string): number => {
    const look = looks[name];
    if (look?.isEvacuated) return -1;
    return (look?.hasVip ? 1 : 0) + (name === primary ? 2 : 0);
  };
  return Object.keys(looks).toSorted((a, b) => weight(a) - weight(b));
};
