import { type Database, statement } from '@scale-up/database';
import { Refusal } from './refusal.ts';

const grant = statement<{ username: string }>(
  'grant-admin',
  `UPDATE users SET role = 'admin' WHERE lower(email) = lower($1) RETURNING username`,
);

/**
 * Makes an account an admin; doing it again changes nothing.
 * @param email of an account that exists
 * @returns its username
 * @throws Refusal when there is no such account
 */
export const grantAdmin = async (database: Database, email: string): Promise<string> => {
  const user = await database.first(grant, [email]);
  if (!user) throw new Refusal(`There is no account with the e-mail address ${email}. Register it first.`);
  return user.username;
};
