import { Type, type Static } from 'typebox';
import { usernameParams, wrapped } from './fields.ts';
import { operation } from './operation.ts';

export const Profile = Type.Object({
  username: Type.String(),
  bio: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  image: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  following: Type.Boolean(),
});
export type Profile = Static<typeof Profile>;

export const ProfileAnswer = wrapped('profile', Profile);

const profile = { params: usernameParams, status: 200, answer: ProfileAnswer } as const;

export const profileOperations = {
  profile: operation({
    ...profile,
    method: 'GET',
    path: '/profiles/:username',
    access: 'optional',
    summary: 'A profile by its username',
    problems: [404],
  }),
  follow: operation({
    ...profile,
    method: 'POST',
    path: '/profiles/:username/follow',
    access: 'user',
    summary: 'Follow; repeating changes nothing',
    problems: [401, 404],
  }),
  unfollow: operation({
    ...profile,
    method: 'DELETE',
    path: '/profiles/:username/follow',
    access: 'user',
    summary: 'Stop following; repeating changes nothing',
    problems: [401, 404],
  }),
};
