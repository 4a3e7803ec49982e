import { useTitle } from '../router/arrival.ts';
import type { PageProps } from '../router/routes.ts';

export const NotFoundPage = ({ what = 'This page' }: Partial<PageProps> & { what?: string }) => {
  useTitle(`${what} is not here`);
  return (
    <div class="frame narrow not-found">
      <p class="not-found-code" aria-hidden="true">
        404
      </p>
      <h1>{what} is not here</h1>
      <p>It may have been taken down, or the address has a mistake in it.</p>
      <p class="actions">
        <a class="button" href="/">
          Read the journal
        </a>
        <a class="button" href="/shop">
          Look into the shop
        </a>
      </p>
    </div>
  );
};
