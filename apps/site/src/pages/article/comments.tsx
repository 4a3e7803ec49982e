import type { Comment } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { Problem } from '../../components/problem.tsx';
import { CommentForm } from './comment-form.tsx';
import { CommentItem } from './comment-item.tsx';

const headingOf = (comments: readonly Comment[] | undefined): string => {
  if (comments === undefined || comments.length === 0) return 'Comments';
  return comments.length === 1 ? 'One comment' : `${comments.length} comments`;
};

export const Comments = ({ slug }: { slug: string }) => {
  const { data, error, retry, change } = useCall('comments', { params: { slug } });
  return (
    <section class="comments" aria-labelledby="comments">
      <h2 id="comments">{headingOf(data?.comments)}</h2>
      {error !== undefined && <Problem error={error} retry={retry} />}
      {data?.comments.length === 0 && <p class="empty-line">Nobody has said anything yet.</p>}
      <ol>
        {data?.comments.map((comment) => (
          <CommentItem
            key={comment.id}
            slug={slug}
            comment={comment}
            onDeleted={() => change(({ comments }) => ({ comments: comments.filter(({ id }) => id !== comment.id) }))}
          />
        ))}
      </ol>
      <CommentForm
        slug={slug}
        onWritten={(comment) => {
          if (data === undefined) retry();
          else change(({ comments }) => ({ comments: [...comments.filter(({ id }) => id !== comment.id), comment] }));
        }}
      />
    </section>
  );
};
