import type { Comment } from '@scale-up/contract';
import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { loginHref } from '../../components/article-links.ts';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { notify } from '../../state/notices.ts';
import { session } from '../../state/session.ts';

type Props = { slug: string; onWritten: (comment: Comment) => void };

export const CommentForm = ({ slug, onWritten }: Props) => {
  // A new key empties the form.
  const [written, setWritten] = useState(0);
  if (session.value === undefined)
    return (
      <p class="comment-invitation">
        <a href={loginHref()}>Log in</a> or <a href="/register">register</a> to comment.
      </p>
    );
  return (
    <Form
      key={written}
      label="Post comment"
      busyLabel="Posting …"
      submit={async ({ body = '' }, key) => {
        const { comment } = await call('createComment', { params: { slug }, body: { comment: { body } } }, { key });
        onWritten(comment);
        notify('Your comment is posted.');
        setWritten(written + 1);
      }}
    >
      <Field name="body" label="Your comment" rows={4} maxLength={limits.commentBody} required />
    </Form>
  );
};
