import type { PartState } from '@scale-up/contract';

type State = PartState | 'lost';

// A shape for each state: colour alone tells nothing to whoever does not see it.
const shapes: Readonly<Record<State, string>> = {
  up: 'M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 0 0 0-11z',
  degraded: 'M8 1.800 15 14H1z',
  starting: 'M8 2.500a5.500 5.500 0 1 0 0 11z',
  draining: 'M2.500 3h11L8 13.500z',
  down: 'M3 5 5 3l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z',
  unknown: 'M8 3.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9z',
  lost: 'M3 5 5 3l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z',
};

export const StateMark = ({ state }: { state: State }) => (
  <svg class={`state-mark ${state}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={shapes[state]} />
  </svg>
);
