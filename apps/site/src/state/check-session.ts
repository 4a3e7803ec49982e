import { call } from '../api/call.ts';
import { startSession, token } from './session.ts';

/** Asks who the kept token belongs to: name and picture may have changed elsewhere, and a refused token ends the session. */
export const checkSession = async (): Promise<void> => {
  const kept = token();
  if (kept === undefined) return;
  const answer = await call('currentUser', {}).catch(() => undefined);
  if (answer !== undefined && token() === kept) startSession(answer.user);
};
