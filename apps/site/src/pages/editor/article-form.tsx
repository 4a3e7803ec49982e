import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { articleHref } from '../../components/article-links.ts';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { TagInput } from '../../forms/tag-input.tsx';
import { navigate } from '../../router/location.ts';
import type { Draft } from '../../state/draft.ts';
import { BodyField } from './body-field.tsx';
import { DraftNotice } from './draft-notice.tsx';
import { useDraft } from './use-draft.ts';

type Props = { username: string; slug?: string; original: Draft };

const publish = async (slug: string | undefined, article: Draft, key: string): Promise<string> => {
  const answer =
    slug === undefined
      ? await call('createArticle', { body: { article } }, { key })
      : await call('changeArticle', { params: { slug }, body: { article } }, { key });
  return answer.article.slug;
};

export const ArticleForm = ({ username, slug, original }: Props) => {
  const { draft, restoredFrom, keep, discard, finish } = useDraft(username, slug, original);
  const [generation, setGeneration] = useState(0);
  return (
    <>
      {restoredFrom !== undefined && (
        <DraftNotice
          at={restoredFrom}
          onDiscard={() => {
            discard();
            setGeneration(generation + 1);
          }}
        />
      )}
      <Form
        key={generation}
        label={slug === undefined ? 'Publish article' : 'Save changes'}
        busyLabel={slug === undefined ? 'Publishing …' : 'Saving …'}
        onTyping={({ title = '', description = '', body = '' }) => keep({ title, description, body })}
        submit={async ({ title = '', description = '', body = '' }, key) => {
          const published = await publish(slug, { title, description, body, tagList: draft.tagList }, key);
          finish();
          navigate(articleHref(published), { replace: slug !== undefined });
        }}
      >
        <Field name="title" label="Title" value={draft.title} maxLength={limits.title} autoComplete="off" required />
        <Field
          name="description"
          label="What it is about"
          value={draft.description}
          maxLength={limits.description}
          autoComplete="off"
          hint="One or two sentences; lists show them below the title."
          required
        />
        <BodyField value={draft.body} />
        <TagInput tags={draft.tagList} onChange={(tagList) => keep({ tagList })} />
      </Form>
    </>
  );
};
