import type { Comment } from '@scale-up/contract';
import { call } from '../../api/call.ts';
import { Byline } from '../../components/byline.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { session } from '../../state/session.ts';

type Props = { slug: string; comment: Comment; onDeleted: () => void };

export const CommentItem = ({ slug, comment, onDeleted }: Props) => (
  <li class="comment">
    <div class="comment-head">
      <Byline author={comment.author} at={comment.createdAt} />
      {comment.author.username === session.value?.username && (
        <ConfirmButton
          label="Delete"
          name="Delete comment"
          question="Delete this comment?"
          confirm="Delete it"
          quiet
          work={async () => {
            await call('deleteComment', { params: { slug, id: comment.id } });
            onDeleted();
          }}
        />
      )}
    </div>
    <Markdown source={comment.body} />
  </li>
);
