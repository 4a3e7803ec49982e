import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { navigate } from '../router/location.ts';
import { session } from '../state/session.ts';
import { loginHref } from './article-links.ts';

/** Shows its children to whoever is logged in, and leads everyone else to the log-in page and back. */
export const MembersOnly = ({ children }: { children: ComponentChildren }) => {
  const isMember = session.value !== undefined;
  useEffect(() => {
    if (!isMember) navigate(loginHref(), { replace: true });
  }, [isMember]);
  return isMember ? <>{children}</> : null;
};
