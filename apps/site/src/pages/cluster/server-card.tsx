import type { ClusterServer } from '@scale-up/contract';
import { PartBox } from './part-box.tsx';
import { StateMark } from './state-mark.tsx';
import { serverWords, tiers } from './words.ts';

type Props = {
  server: ClusterServer;
  observedAt: string;
  open: ReadonlySet<string>;
  onToggle: (id: string) => void;
};

/** The mark of a server as a whole. */
const markOf = { up: 'up', degraded: 'degraded', lost: 'lost' } as const;

/** A server with what runs on it, a row a tier. */
export const ServerCard = ({ server, observedAt, open, onToggle }: Props) => {
  const { name, address, state, note, parts } = server;
  const rows = tiers
    .map(({ title, kinds }) => ({ title, parts: parts.filter(({ kind }) => kinds.includes(kind)) }))
    .filter((row) => row.parts.length > 0);
  return (
    <section class={`server ${state}`} aria-labelledby={`server-${name}`}>
      <header class="server-head">
        <h2 id={`server-${name}`}>{name}</h2>
        <p class="server-address">{address}</p>
        <p class="server-state">
          <StateMark state={markOf[state]} />
          {note ?? serverWords[state]}
        </p>
      </header>
      {rows.map((row) => (
        <div class="tier" key={row.title}>
          <h3 class="tier-title">{row.title}</h3>
          <ul>
            {row.parts.map((part) => (
              <PartBox
                key={part.id}
                part={part}
                server={name}
                observedAt={observedAt}
                isOpen={open.has(part.id)}
                onToggle={() => onToggle(part.id)}
              />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
};
