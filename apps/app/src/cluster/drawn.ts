import type { ClusterPart } from '@scale-up/contract';
import type { Sight } from './look.ts';
import type { Memory } from './memory.ts';
import type { Part } from './topology.ts';

/** A part as it is drawn, but for what is known of it from before. */
export type Drawn = Pick<ClusterPart, 'state' | 'role' | 'note' | 'release' | 'figures'> & {
  /** Milliseconds since 1970, where somebody knows since when it is so. */
  readonly began?: number | undefined;
};

/** What is known of a part that said nothing useful. */
export const unheard = (sight: Sight, memory: Memory, part: Part, program: string): Drawn => {
  const nothing = { role: null, release: null, figures: {} };
  if (sight.answers.get(part.id)?.is === 'refused')
    return { ...nothing, state: 'down', note: `${program} is not running` };
  // Once may be a pause of a busy machine; twice is not.
  const isDown = memory.silences(part.id) > 1;
  return { ...nothing, state: isDown ? 'down' : 'degraded', note: `${program} does not answer` };
};
