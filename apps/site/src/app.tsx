import { Announcements } from './components/announcements.tsx';
import { ConnectionBanner } from './components/connection-banner.tsx';
import { SiteFooter } from './components/site-footer.tsx';
import { SiteHeader } from './components/site-header.tsx';
import { SkipLink } from './components/skip-link.tsx';
import { Outlet } from './router/outlet.tsx';

export const App = () => (
  <>
    <SkipLink />
    <SiteHeader />
    <ConnectionBanner />
    <main id="content" tabIndex={-1}>
      <Outlet />
    </main>
    <SiteFooter />
    <Announcements />
  </>
);
