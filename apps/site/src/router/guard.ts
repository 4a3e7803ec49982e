let question: string | undefined;

const onBeforeUnload = (event: BeforeUnloadEvent): void => event.preventDefault();

/** Asks before the page is left, until it is called again with undefined. */
export const guardLeaving = (next: string | undefined): void => {
  question = next;
  // Registered only while needed: the listener keeps a page out of the browser's back/forward cache.
  if (next === undefined) removeEventListener('beforeunload', onBeforeUnload);
  else addEventListener('beforeunload', onBeforeUnload);
};

export const mayLeave = (): boolean => {
  // oxlint-disable-next-line no-alert -- the browser's own question is the only one that can stop going back
  if (question !== undefined && !confirm(question)) return false;
  guardLeaving(undefined);
  return true;
};
