import { ClusterEvent } from '@scale-up/contract';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** What instances of app tell each other at their ops ports. */
const PeerWord = Type.Object({
  /** Who holds the VIP, as far as this one sees it itself; null where it cannot see that. */
  holder: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  events: Type.Array(ClusterEvent, { maxItems: 1_000 }),
});
export type PeerWord = Static<typeof PeerWord>;

/** The path at the ops port; with `?watched`, somebody is looking at the asker's picture; with `?all`, it wants all events. */
export const peerPath = '/cluster';

const check = Compile(PeerWord);

/**
 * Reads what another instance said. It may be of another release.
 * @throws SyntaxError when it is something else
 */
export const parsePeer = (text: string): PeerWord => {
  const word: unknown = JSON.parse(text);
  if (!check.Check(word)) throw new SyntaxError('this is no word of another instance');
  return word;
};
