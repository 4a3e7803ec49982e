import { useRef, useState } from 'preact/hooks';
import { loginHref } from './article-links.ts';
import { navigate } from '../router/location.ts';
import { notify } from '../state/notices.ts';
import { token } from '../state/session.ts';
import { summaryOf } from './messages.ts';

/** A button's work: never twice at once, a failure becomes a notice, a guest is led to the log-in page. */
export const useAction = (work: () => Promise<void>): { run: () => void; isBusy: boolean } => {
  const running = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    if (running.current) return;
    if (token() === undefined) {
      navigate(loginHref());
      return;
    }
    running.current = true;
    setBusy(true);
    await work().catch((error: unknown) => notify(summaryOf(error)));
    running.current = false;
    setBusy(false);
  };
  return { run: () => void run(), isBusy };
};
