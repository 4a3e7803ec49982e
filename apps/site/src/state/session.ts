import type { User } from '@scale-up/contract';
import { computed, signal } from '@preact/signals';
import { forgetAnswers } from '../api/answers.ts';
import { claimsOf, isExpired } from './claims.ts';
import { notify } from './notices.ts';
import { stored } from './storage.ts';

const restore = (): User | undefined => {
  const user = stored.read('session') as User | undefined;
  return typeof user?.token === 'string' && !isExpired(user.token) ? user : undefined;
};

/** Who is logged in, with the token. */
export const session = signal<User | undefined>(restore());
export const isAdmin = computed(() => session.value !== undefined && claimsOf(session.value.token).role === 'admin');
/** Whose the token is; unlike the name it never changes. */
export const userId = computed(() => {
  const subject = session.value && claimsOf(session.value.token).sub;
  return typeof subject === 'string' ? subject : undefined;
});
export const token = (): string | undefined => session.peek()?.token;

export const startSession = (user: User): void => {
  if (session.peek()?.username !== user.username) forgetAnswers();
  stored.write('session', user);
  session.value = user;
};

export const logOut = (): void => {
  stored.remove('session');
  forgetAnswers();
  session.value = undefined;
};

/** The server no longer takes the token that a request carried. */
export const endSession = (refused: string): void => {
  if (token() !== refused) return;
  logOut();
  notify('Your session has ended. Please log in again.');
};

/** Logging in or out in one tab does so in all. */
export const followOtherTabs = (): void => {
  addEventListener('storage', (event) => {
    if (event.key === 'halyard.session' || event.key === null) session.value = restore();
  });
};
