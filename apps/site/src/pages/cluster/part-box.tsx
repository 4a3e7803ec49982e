import type { ClusterPart } from '@scale-up/contract';
import { StateMark } from './state-mark.tsx';
import { factsOf, glance, nameOf, stateWords } from './words.ts';

type Props = {
  part: ClusterPart;
  server: string;
  observedAt: string;
  isOpen: boolean;
  onToggle: () => void;
};

const Details = ({ part, server, observedAt }: Pick<Props, 'part' | 'server' | 'observedAt'>) => (
  <div class="part-details" id={`details-${part.id}`} role="group" aria-label={`${nameOf(part)} on ${server}, details`}>
    {part.note !== null && <p class="part-note">{`${part.note.charAt(0).toUpperCase()}${part.note.slice(1)}.`}</p>}
    <dl>
      {factsOf(part, observedAt).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  </div>
);

/** A part of a server as a box; opened, with its figures. */
export const PartBox = ({ part, server, observedAt, isOpen, onToggle }: Props) => {
  const seen = glance(part);
  return (
    <li class={`part ${part.state}${part.role === 'primary' || part.role === 'holder' ? ' leads' : ''}`}>
      <button
        type="button"
        class="part-box"
        aria-expanded={isOpen}
        aria-controls={`details-${part.id}`}
        onClick={onToggle}
      >
        <StateMark state={part.state} />
        <span class="part-name">
          {nameOf(part)}
          <span class="visually-hidden">{` on ${server}: ${stateWords[part.state]}`}</span>
        </span>
        <span class="part-glance">{seen}</span>
      </button>
      {isOpen && <Details part={part} server={server} observedAt={observedAt} />}
    </li>
  );
};
