import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { Icon } from '../components/icon.tsx';
import { FieldMessages, useFieldErrors } from './field.tsx';

type Props = { tags: readonly string[]; onChange: (tags: string[]) => void };

const hint = 'Enter or a comma adds a tag.';

/** A list of tags, and a field to add one. */
export const TagInput = ({ tags, onChange }: Props) => {
  const [typed, setTyped] = useState('');
  const { id, messages, attributes } = useFieldErrors('tagList', 'Tags', hint);
  const add = (text: string): void => {
    const added = text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    setTyped('');
    if (added.length > 0) onChange([...new Set([...tags, ...added])].slice(0, limits.tags));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Backspace' && typed === '') onChange(tags.slice(0, -1));
    if (event.key !== 'Enter' || event.isComposing) return;
    // An empty field lets Enter send the form, as it does everywhere.
    if (typed.trim() !== '') event.preventDefault();
    add(typed);
  };
  const onInput = (text: string): void => (text.includes(',') ? add(text) : setTyped(text));
  return (
    <div class="field field-tagList">
      <label for={id}>Tags</label>
      {/* Makes the tags part of what the form sends, so that other tags are another write. */}
      <input type="hidden" name="chosenTags" value={JSON.stringify(tags)} />
      <div class="tag-input">
        <ul aria-label="Chosen tags">
          {tags.map((tag) => (
            <li key={tag}>
              {tag}
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                onClick={() => onChange(tags.filter((each) => each !== tag))}
              >
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
        <input
          id={id}
          name="tagList"
          type="text"
          autoComplete="off"
          maxLength={limits.tag}
          value={typed}
          {...attributes}
          onKeyDown={onKeyDown}
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={() => add(typed)}
        />
      </div>
      <FieldMessages id={id} hint={hint} messages={messages} />
    </div>
  );
};
