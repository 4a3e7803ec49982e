import { pagesShown } from './paging.ts';

type Props = { page: number; pages: number; hrefOf: (page: number) => string };

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
