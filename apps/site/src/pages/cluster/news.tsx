import type { ClusterEvent } from '@scale-up/contract';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Sentences that are said at once; of a whole deploy nobody wants to hear each. */
const most = 3;

/** Says what has happened since the page was opened, to whoever hears it. */
export const News = ({ events, trouble }: { events: readonly ClusterEvent[] | undefined; trouble: string }) => {
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    if (events === undefined) return;
    const before = known.current;
    known.current = new Set(events.map(({ id }) => id));
    // What was there when the page was opened is read, not said.
    const fresh = before === undefined ? [] : events.filter(({ id }) => !before.has(id));
    if (fresh.length === 0) return;
    const said = fresh.slice(0, most).toReversed();
    const more = fresh.length - said.length;
    setText([...said.map((event) => event.text), ...(more > 0 ? [`And ${more} more.`] : [])].join(' '));
  }, [events]);
  return (
    <p class="visually-hidden" role="status">
      {trouble === '' ? text : trouble}
    </p>
  );
};
