import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { Markdown } from '../../components/markdown.tsx';
import { Field } from '../../forms/field.tsx';

/** The article's text, and how it will look. The field stays in the form while the preview is shown. */
export const BodyField = ({ value }: { value: string }) => {
  const [isPreview, setPreview] = useState(false);
  return (
    <div class={isPreview ? 'body-field previewing' : 'body-field'}>
      <button
        type="button"
        class="button preview-switch"
        aria-pressed={isPreview}
        onClick={() => setPreview(!isPreview)}
      >
        Preview
      </button>
      <Field
        name="body"
        label="Text"
        value={value}
        rows={18}
        maxLength={limits.articleBody}
        hint="Markdown."
        required
      />
      {isPreview && (
        <section class="preview" aria-label="Preview">
          {value.trim() === '' ? (
            <p class="empty-line">There is nothing to preview yet.</p>
          ) : (
            <Markdown source={value} />
          )}
        </section>
      )}
    </div>
  );
};
