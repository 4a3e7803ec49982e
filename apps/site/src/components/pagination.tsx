type Props = { page: number; pages: number; hrefOf: (page: number) => string };

/** First, last, and the neighbours of the current one; undefined marks a gap. */
export const pagesShown = (page: number, pages: number): (number | undefined)[] => {
  const shown = [1, page - 1, page, page + 1, pages].filter((number) => number >= 1 && number <= pages);
  const numbers = [...new Set(shown)].toSorted((a, b) => a - b);
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1];
    return before !== undefined && number - before > 1 ? [undefined, number] : [number];
  });
};

export const Pagination = ({ page, pages, hrefOf }: Props) => {
  if (pages <= 1) return null;
  return (
    <nav class="pagination" aria-label="Pages">
      {page > 1 && (
        <a class="step" href={hrefOf(page - 1)} rel="prev">
          Previous
        </a>
      )}
      <ul>
        {pagesShown(page, pages).map((number, index) => (
          <li key={number ?? `gap-${index}`}>
            {number === undefined ? (
              <span aria-hidden="true">…</span>
            ) : (
              <a
                href={hrefOf(number)}
                aria-label={`Page ${number}`}
                aria-current={number === page ? 'page' : undefined}
              >
                {number}
              </a>
            )}
          </li>
        ))}
      </ul>
      {page < pages && (
        <a class="step" href={hrefOf(page + 1)} rel="next">
          Next
        </a>
      )}
    </nav>
  );
};
