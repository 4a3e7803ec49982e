import type { ClusterEvent } from '@scale-up/contract';
import { useState } from 'preact/hooks';
import { duration } from './words.ts';

/** Enough for what just happened; a deploy of three servers is eighteen. */
const shownAtFirst = 12;

const hour = 3_600_000;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const kindWords: Readonly<Record<ClusterEvent['kind'], string>> = {
  'fail-over': 'Fail-over',
  vip: 'VIP',
  server: 'Server',
  instance: 'State',
  deploy: 'Deploy',
  drain: 'Drain',
};

/** The last hour as a line, with a stroke for each event. */
const Strip = ({ events, now }: { events: readonly ClusterEvent[]; now: number }) => (
  <div class="strip" aria-hidden="true">
    <div class="strip-line">
      {events.map(({ id, at, tone }) => (
        <i
          key={id}
          class={`strip-mark ${tone}`}
          style={{ left: `${Math.min(100, Math.max(0, 100 - ((now - Date.parse(at)) / hour) * 100))}%` }}
        />
      ))}
    </div>
    <p class="strip-scale">
      <span>60 min ago</span>
      <span>30</span>
      <span>now</span>
    </p>
  </div>
);

const Entry = ({ event, now }: { event: ClusterEvent; now: number }) => (
  <li class={`event ${event.tone}`}>
    <time dateTime={event.at}>{clock.format(new Date(event.at))}</time>
    <span class="event-kind">{kindWords[event.kind]}</span>
    <span class="event-text">{event.text}</span>
    <span class="event-age">{`${duration((now - Date.parse(event.at)) / 1_000)} ago`}</span>
  </li>
);

type Props = {
  events: readonly ClusterEvent[];
  /** Milliseconds since 1970, by the clock of the servers. */
  now: number;
};

/** What happened in the last hour, newest first. */
export const Timeline = ({ events, now }: Props) => {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? events : events.slice(0, shownAtFirst);
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">The last hour</h2>
      <Strip events={events} now={now} />
      {events.length === 0 ? (
        <p class="empty-line">Nothing has happened: nobody came, went or changed roles.</p>
      ) : (
        <ol class="events">
          {shown.map((event) => (
            <Entry key={event.id} event={event} now={now} />
          ))}
        </ol>
      )}
      {events.length > shownAtFirst && (
        <button type="button" class="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${events.length}`}
        </button>
      )}
    </section>
  );
};
