import { isAdmin } from '../state/session.ts';
import { Mark } from './wordmark.tsx';

export const SiteFooter = () => (
  <footer class="site-footer">
    <div class="rope" />
    <div class="frame">
      <p>
        <Mark /> Halyard is a journal of things that hold, and of the people who keep them holding.
      </p>
      <nav aria-label="Footer">
        <a href="/">Journal</a>
        <a href="/shop">Shop</a>
        <a href="/api/docs">API</a>
        {isAdmin.value && <a href="/cluster">Cluster</a>}
      </nav>
    </div>
  </footer>
);
