import type { ComponentChildren } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { ShownPlace } from '../router/arrival.ts';
import { navigate, place } from '../router/location.ts';
import { session } from '../state/session.ts';
import { loginHref } from './article-links.ts';

/** Shows its children to whoever is logged in, and leads everyone else to the log-in page and back. */
export const MembersOnly = ({ children }: { children: ComponentChildren }) => {
  const isMember = session.value !== undefined;
  const shown = useContext(ShownPlace);
  useEffect(() => {
    // Whoever logs out here is on the way to another page already.
    if (!isMember && place.peek().key === shown) navigate(loginHref(), { replace: true });
  }, [isMember, shown]);
  return isMember ? <>{children}</> : null;
};
