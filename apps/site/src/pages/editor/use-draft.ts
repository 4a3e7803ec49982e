import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { guardLeaving } from '../../router/guard.ts';
import { type Draft, draftOf } from '../../state/draft.ts';

const question = 'Leave the editor? What you wrote is not published; it stays in this browser as a draft.';

const isSame = (a: Draft, b: Draft): boolean =>
  a.title === b.title && a.description === b.description && a.body === b.body && `${a.tagList}` === `${b.tagList}`;

/** The text being written: kept through a reload, guarded against leaving by accident. */
export const useDraft = (username: string, slug: string | undefined, original: Draft) => {
  const store = useMemo(() => draftOf(username, slug), [username, slug]);
  const [{ start, restoredFrom }, setStart] = useState(() => {
    const kept = store.read();
    return { start: kept ?? original, restoredFrom: kept?.savedAt };
  });
  const [draft, setDraft] = useState<Draft>(start);
  const first = useRef(original);
  // One keystroke can change two fields (a comma ends a tag) before the next rendering.
  const latest = useRef(start);

  const isChanged = !isSame(draft, first.current);
  useEffect(() => {
    guardLeaving(isChanged ? question : undefined);
    return () => guardLeaving(undefined);
  }, [isChanged]);

  const discard = (): void => {
    store.discard();
    setStart({ start: first.current, restoredFrom: undefined });
    setDraft(first.current);
    latest.current = first.current;
  };
  const keep = (change: Partial<Draft>): void => {
    const next = { ...latest.current, ...change };
    latest.current = next;
    setDraft(next);
    if (isSame(next, first.current)) store.discard();
    else store.write(next);
  };
  const finish = (): void => {
    store.discard();
    guardLeaving(undefined);
  };
  return { draft, restoredFrom, keep, discard, finish };
};
