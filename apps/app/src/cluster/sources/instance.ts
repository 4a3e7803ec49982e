/** What an instance of web or app says of itself at its ops port. */
export type InstanceWord = {
  /** `cut off`: the router of its own server is switched off. */
  readonly phase: 'ready' | 'starting' | 'draining' | 'cut off';
  readonly release: string;
};

const phases = ['ready', 'starting', 'draining', 'cut off'] as const;

/**
 * Reads `/readyz` of libs/service.
 * @throws SyntaxError when it is something else
 */
export const parseReadiness = (text: string): InstanceWord => {
  const { status, release } = JSON.parse(text) as { readonly status?: unknown; readonly release?: unknown };
  const phase = phases.find((each) => each === status);
  if (phase === undefined || typeof release !== 'string') throw new SyntaxError('this is no readiness');
  return { phase, release };
};
