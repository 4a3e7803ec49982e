import type { Profile } from '@scale-up/contract';
import { profileHref } from './article-links.ts';
import { Avatar } from './avatar.tsx';
import { Day } from './day.tsx';

export const Byline = ({ author, at }: { author: Profile; at: string }) => (
  <p class="byline">
    <Avatar username={author.username} image={author.image} />
    <a href={profileHref(author.username)}>{author.username}</a>
    <span class="byline-day">
      <Day at={at} />
    </span>
  </p>
);
