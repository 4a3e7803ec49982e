import type { Cache, RateLimiter, Verdict } from '@scale-up/cache';
import { Problem } from '@scale-up/service';

/** Wrong passwords for one account in a minute: ten tries at 14,400 a day are hopeless against argon2id and 8 characters. */
const wrongPerAccount = 10;

export type LoginLimits = {
  /** Counts a registration from a client address. */
  readonly registration: (address: string) => Promise<void>;
  /** Counts a login from a client address, before its password is looked at. */
  readonly login: (address: string, email: string) => Promise<void>;
  /** Counts a wrong password, the same for an account that does not exist. */
  readonly wrongPassword: (email: string) => Promise<void>;
  /** After a right one: guesses that came together were all let in by `login`, and must not find out which was right. */
  readonly rightPassword: (email: string) => Promise<void>;
};

const require = (verdict: Verdict): void => {
  if (verdict.allowed) return;
  const seconds = String(verdict.retryAfterSeconds);
  throw new Problem('too-many-requests', { rate: [`try again in ${seconds} s`] }, { 'retry-after': seconds });
};

/** The limits that stop guessing and mass registration; each throws Problem 429 with Retry-After. */
export const createLoginLimits = (cache: Cache, loginsPerMinute: number, registrationsPerHour: number): LoginLimits => {
  const byAddress: RateLimiter = cache.rateLimiter('login', loginsPerMinute, 60);
  const byAccount: RateLimiter = cache.rateLimiter('wrong-password', wrongPerAccount, 60);
  const registrations: RateLimiter = cache.rateLimiter('registration', registrationsPerHour, 3_600);
  return {
    registration: async (address) => require(await registrations.count(address)),
    login: async (address, email) => {
      require(await byAddress.count(address));
      require(await byAccount.check(email.toLowerCase()));
    },
    wrongPassword: async (email) => require(await byAccount.count(email.toLowerCase())),
    rightPassword: async (email) => require(await byAccount.check(email.toLowerCase())),
  };
};
