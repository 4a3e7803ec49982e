import type { Profile } from '@scale-up/contract';
import { call } from '../api/call.ts';
import { useAction } from './use-action.ts';

type Props = { profile: Profile; onChange: (profile: Profile) => void };

export const FollowButton = ({ profile, onChange }: Props) => {
  const { username, following } = profile;
  const { run, isBusy } = useAction(async () => {
    const answer = await call(following ? 'unfollow' : 'follow', { params: { username } });
    onChange(answer.profile);
  });
  return (
    <button type="button" class="button" onClick={run} aria-disabled={isBusy}>
      {following ? `Unfollow ${username}` : `Follow ${username}`}
    </button>
  );
};
