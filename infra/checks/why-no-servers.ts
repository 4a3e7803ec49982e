/** Why there can be no lab on this machine; undefined where there can. */
export const whyNoServers = (): string | undefined => {
  if (process.platform !== 'linux') return 'it needs Linux';
  return process.getuid?.() === 0 ? undefined : 'it needs root';
};
