import { Type, type Static } from 'typebox';
import { email, limits, nullableText, password, text, username, wrapped } from './fields.ts';
import { operation } from './operation.ts';

export const User = Type.Object({
  email: Type.String(),
  token: Type.String(),
  username: Type.String(),
  bio: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  image: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
});
export type User = Static<typeof User>;

export const UserAnswer = wrapped('user', User);

export const Registration = wrapped('user', Type.Object({ username, email, password }));

// Whatever length was accepted once must stay accepted here, so the password has only an upper bound.
export const Login = wrapped('user', Type.Object({ email: text(limits.email), password: text(limits.password.max) }));

export const UserChange = wrapped(
  'user',
  Type.Object({
    email: Type.Optional(email),
    username: Type.Optional(username),
    password: Type.Optional(password),
    bio: Type.Optional(nullableText(limits.bio)),
    image: Type.Optional(nullableText(limits.url)),
  }),
);

export const userOperations = {
  register: operation({
    method: 'POST',
    path: '/users',
    access: 'public',
    summary: 'Register an account',
    body: Registration,
    status: 201,
    answer: UserAnswer,
    problems: [409, 429],
  }),
  login: operation({
    method: 'POST',
    path: '/users/login',
    access: 'public',
    summary: 'Log in with e-mail and password',
    body: Login,
    status: 200,
    answer: UserAnswer,
    problems: [401, 429],
  }),
  currentUser: operation({
    method: 'GET',
    path: '/user',
    access: 'user',
    summary: 'The account the token belongs to',
    status: 200,
    answer: UserAnswer,
    problems: [401],
  }),
  changeUser: operation({
    method: 'PUT',
    path: '/user',
    access: 'user',
    summary: 'Change the account; a new password ends all other tokens',
    body: UserChange,
    status: 200,
    answer: UserAnswer,
    problems: [401, 409],
  }),
};
