import './editor.css';
import type { User } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { MembersOnly } from '../../components/members-only.tsx';
import { NotFoundPage } from '../not-found.tsx';
import { PageProblem } from '../../components/page-problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { session } from '../../state/session.ts';
import { ArticleForm } from './article-form.tsx';

const blank = { title: '', description: '', body: '', tagList: [] };

const NewArticle = ({ user }: { user: User }) => {
  useTitle('New article');
  return (
    <div class="frame editor">
      <h1>New article</h1>
      <ArticleForm key={user.username} username={user.username} original={blank} />
    </div>
  );
};

const Edit = ({ user, slug }: { user: User; slug: string }) => {
  const { data, error, retry } = useCall('article', { params: { slug } });
  useTitle(data === undefined ? undefined : 'Edit article');
  if (error !== undefined) return <PageProblem error={error} retry={retry} what="This article" />;
  if (data === undefined)
    return (
      <div class="frame editor skeleton" aria-busy="true">
        <i class="bone headline" />
        <i class="bone tall" />
      </div>
    );
  if (data.article.author.username !== user.username) return <NotFoundPage what="An article of yours" />;
  return (
    <div class="frame editor">
      <h1>Edit article</h1>
      <ArticleForm username={user.username} slug={slug} original={data.article} />
    </div>
  );
};

export const EditorPage = ({ params }: PageProps) => {
  const slug = params['slug'];
  const user = session.value;
  return (
    <MembersOnly>
      {user !== undefined && (slug === undefined ? <NewArticle user={user} /> : <Edit user={user} slug={slug} />)}
    </MembersOnly>
  );
};
