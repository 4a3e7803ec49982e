import { place } from '../router/location.ts';
import { isAdmin, session } from '../state/session.ts';
import { loginHref } from './article-links.ts';
import { Avatar } from './avatar.tsx';
import { BasketLink } from './basket-link.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { Wordmark } from './wordmark.tsx';

type NavLinkProps = { href: string; children: string; section?: string; isForWide?: boolean };

const NavLink = ({ href, children, section = href, isForWide = false }: NavLinkProps) => {
  const { pathname } = place.value.url;
  const isHere = section === '/' ? /^\/(feed|article\/.*)?$/.test(pathname) : pathname.startsWith(section);
  const current = pathname === href ? 'page' : 'true';
  return (
    <a href={href} class={isForWide ? 'for-wide' : undefined} aria-current={isHere ? current : undefined}>
      {children}
    </a>
  );
};

const Member = ({ username, image }: { username: string; image: string | null }) => (
  <>
    <NavLink href="/editor">Write</NavLink>
    <NavLink href="/orders">Orders</NavLink>
    <NavLink href="/settings">Settings</NavLink>
    {isAdmin.value && (
      // On narrow screens it is in the footer alone: the line is full.
      <NavLink href="/cluster" isForWide>
        Cluster
      </NavLink>
    )}
    <a class="me" href={`/profile/${encodeURIComponent(username)}`} aria-label={`Your profile, ${username}`}>
      <Avatar username={username} image={image} />
      <span class="me-name">{username}</span>
    </a>
  </>
);

const Guest = () => (
  <>
    <NavLink href={place.value.url.pathname === '/register' ? '/login' : loginHref()} section="/login">
      Log in
    </NavLink>
    <NavLink href="/register">Register</NavLink>
  </>
);

export const SiteHeader = () => {
  const user = session.value;
  return (
    <header class="site-header">
      <div class="frame">
        <Wordmark />
        <nav aria-label="Main">
          <NavLink href="/">Journal</NavLink>
          <NavLink href="/shop">Shop</NavLink>
          <span class="spring" />
          {user === undefined ? <Guest /> : <Member {...user} />}
        </nav>
        <BasketLink />
        <ThemeSwitch />
      </div>
    </header>
  );
};
