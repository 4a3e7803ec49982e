import { isOffline, slowCalls } from '../state/network.ts';

const messageOf = (): string | undefined => {
  if (isOffline.value)
    return 'You are offline, or the site cannot be reached. What you see may be old; nothing can be saved just now.';
  return slowCalls.value > 0 ? 'Still working on it …' : undefined;
};

export const ConnectionBanner = () => {
  const message = messageOf();
  return (
    <div role="status" class="connection">
      {message !== undefined && <p class={isOffline.value ? 'banner offline' : 'banner'}>{message}</p>}
    </div>
  );
};
