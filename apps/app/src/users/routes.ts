import { userOperations as operations } from '@scale-up/contract';
import type { Database } from '@scale-up/database';
import { hashPassword, verifyPassword } from '@scale-up/passwords';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import type { Tokens } from '../tokens.ts';
import { requireViewer, tokenInvalid } from '../viewer.ts';
import type { LoginLimits } from './login-limits.ts';
import { type Account, findAccount, findAccountByEmail, insertAccount, updateAccount } from './repository.ts';

/** Registration, login and one's own account. */
export const userRoutes = (routing: Routing, database: Database, tokens: Tokens, limits: LoginLimits): void => {
  const answer = async ({ id, version, role, email, username, bio, image }: Account) => {
    const token = await tokens.sign({ userId: id, version, role });
    return { user: { email, token, username, bio, image } };
  };

  // Hashing takes 30 ms: done before the transaction, so that no connection waits for it.
  routing.prepare(operations.register, async ({ body, request }) => {
    await limits.registration(request.ip);
    const { username, email, password } = body.user;
    const passwordHash = await hashPassword(password);
    return answer(await database.transaction((queries) => insertAccount(queries, { username, email, passwordHash })));
  });

  routing.prepare(operations.login, async ({ body, request }) => {
    const { email, password } = body.user;
    await limits.login(request.ip, email);
    const account = await findAccountByEmail(database, email);
    if (!(await verifyPassword(password, account?.passwordHash)) || !account) {
      await limits.wrongPassword(email);
      throw new Problem('unauthorized', { credentials: ['invalid'] });
    }
    await limits.rightPassword(email);
    return answer(account);
  });

  routing.read(operations.currentUser, async ({ claims }) => {
    const account = await findAccount(database, claims);
    if (!account) throw tokenInvalid();
    return answer(account);
  });

  routing.prepare(operations.changeUser, async ({ body, claims }) => {
    const { password, ...rest } = body.user;
    const passwordHash = password === undefined ? undefined : await hashPassword(password);
    const account = await database.transaction(async (queries) => {
      await requireViewer(queries, claims);
      return updateAccount(queries, claims, { ...rest, passwordHash });
    });
    if (!account) throw tokenInvalid();
    return answer(account);
  });
};
