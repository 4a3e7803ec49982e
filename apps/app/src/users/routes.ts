import { userOperations as operations } from '@scale-up/contract';
import { hashPassword, verifyPassword } from '@scale-up/passwords';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import type { Tokens } from '../tokens.ts';
import { tokenInvalid } from '../viewer.ts';
import type { LoginLimits } from './login-limits.ts';
import { type Account, findAccount, findAccountByEmail, insertAccount, updateAccount } from './repository.ts';

/** Registration, login and one's own account. */
export const userRoutes = (routing: Routing, tokens: Tokens, limits: LoginLimits): void => {
  const answer = async ({ id, version, role, email, username, bio, image }: Account) => {
    const token = await tokens.sign({ userId: id, version, role });
    return { user: { email, token, username, bio, image } };
  };

  // Hashing takes 30 ms: done before the transaction, so that no connection waits for it.
  routing.writeAfter(
    operations.register,
    async ({ body, request }) => {
      await limits.registration(request.ip);
      return hashPassword(body.user.password);
    },
    async ({ body, prepared: passwordHash }, queries) => {
      const { username, email } = body.user;
      return answer(await insertAccount(queries, { username, email, passwordHash }));
    },
  );

  routing.writeAfter(
    operations.login,
    async ({ body, request }, queries) => {
      const { email, password } = body.user;
      await limits.login(request.ip, email);
      const account = await findAccountByEmail(queries, email);
      if (!(await verifyPassword(password, account?.passwordHash)) || !account) {
        await limits.wrongPassword(email);
        throw new Problem('unauthorized', { credentials: ['invalid'] });
      }
      await limits.rightPassword(email);
      return account;
    },
    ({ prepared: account }) => answer(account),
  );

  routing.read(operations.currentUser, async ({ claims }, queries) => {
    const account = await findAccount(queries, claims);
    if (!account) throw tokenInvalid();
    return answer(account);
  });

  routing.writeAfter(
    operations.changeUser,
    async ({ body: { user } }) => ({
      passwordHash: user.password === undefined ? undefined : await hashPassword(user.password),
    }),
    async ({ body, claims, prepared }, queries) => {
      const { password: _password, ...rest } = body.user;
      const account = await updateAccount(queries, claims, { ...rest, passwordHash: prepared.passwordHash });
      if (!account) throw tokenInvalid();
      return answer(account);
    },
  );
};
