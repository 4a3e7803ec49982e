type Props = { tags: readonly string[]; hrefOf: (tag: string) => string; label?: string };

export const TagList = ({ tags, hrefOf, label = 'Tags' }: Props) =>
  tags.length === 0 ? null : (
    <ul class="tags" aria-label={label}>
      {tags.map((tag) => (
        <li key={tag}>
          <a href={hrefOf(tag)}>{tag}</a>
        </li>
      ))}
    </ul>
  );
