/** What a dependency's probe found; shown, never part of the readiness. */
export type Finding = { readonly state: 'up' | 'down'; readonly detail?: string };

export const phases = ['starting', 'ready', 'draining'] as const;
export type Phase = (typeof phases)[number];

/**
 * Whether this process wants requests. Readiness depends on nothing shared: if it did, one fail-over of the database would take
 * every instance out at once. Dependencies are probed for `?verbose` only. The router on its own server is not shared.
 */
export class Health {
  #phase: Phase = 'starting';
  readonly #isCutOff: () => Promise<boolean>;
  readonly #dependencies = new Map<string, () => Promise<Finding>>();

  /** @param isCutOff whether everything behind is out of this process's reach alone */
  constructor(isCutOff: () => Promise<boolean> = async () => false) {
    this.#isCutOff = isCutOff;
  }

  /** Whether what it has had better be done by another one, on another server. */
  async isCutOff(): Promise<boolean> {
    return this.#phase === 'ready' && (await this.#isCutOff());
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Started and able to answer; without effect on a process that drains. */
  ready(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  draining(): void {
    this.#phase = 'draining';
  }

  addDependency(name: string, probe: () => Promise<Finding>): void {
    this.#dependencies.set(name, probe);
  }

  /** Every dependency's state; a probe that takes over a second counts as down. */
  async dependencies(): Promise<Record<string, Finding>> {
    const findings = await Promise.all(
      [...this.#dependencies].map(async ([name, probe]): Promise<[string, Finding]> => [name, await bounded(probe)]),
    );
    return Object.fromEntries(findings);
  }
}

const bounded = async (probe: () => Promise<Finding>): Promise<Finding> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(resolve, 1_000, { state: 'down', detail: 'no answer within 1 s' });
  });
  try {
    return await Promise.race([probe(), late]);
  } catch (error) {
    return { state: 'down', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};
