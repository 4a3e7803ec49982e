import type { Profile } from '@scale-up/contract';
import { Avatar } from '../../components/avatar.tsx';
import { FollowButton } from '../../components/follow-button.tsx';
import { session } from '../../state/session.ts';

type Props = { profile: Profile; onChange: (profile: Profile) => void };

export const ProfileHeader = ({ profile, onChange }: Props) => (
  <header class="profile-header">
    <div class="frame reading">
      <Avatar username={profile.username} image={profile.image} isLarge />
      <div class="profile-text">
        <h1>{profile.username}</h1>
        {profile.bio !== null && <p>{profile.bio}</p>}
      </div>
      {profile.username === session.value?.username ? (
        <a class="button" href="/settings">
          Edit profile
        </a>
      ) : (
        <FollowButton profile={profile} onChange={onChange} />
      )}
    </div>
  </header>
);
