import { stored } from './storage.ts';

export type Draft = { title: string; description: string; body: string; tagList: string[] };
type KeptDraft = Draft & { savedAt: number };

/** The draft of an author for one article, or for one that has no address yet. */
export const draftOf = (username: string, slug: string | undefined) => {
  const name = `draft.${username}.${slug ?? '*'}`;
  return {
    read: (): KeptDraft | undefined => {
      const draft = stored.read(name) as KeptDraft | undefined;
      return typeof draft?.body === 'string' && Array.isArray(draft.tagList) ? draft : undefined;
    },
    write: (draft: Draft): boolean => stored.write(name, { ...draft, savedAt: Date.now() }),
    discard: (): void => stored.remove(name),
  };
};
