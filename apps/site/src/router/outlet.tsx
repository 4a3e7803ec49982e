import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { PageFailed } from '../components/page-failed.tsx';
import { ShownPlace, focusMain } from './arrival.ts';
import { type Place, place } from './location.ts';
import { type Page, routeOf } from './routes.ts';
import { reloadForNewRelease } from './release.ts';
import { restoreScroll, scrollToTop } from './scroll.ts';

type Shown = { at: Place; page: Page; params: Record<string, string> };

/** Shows the page of the current place. The page before stays until the next one's code is there. */
export const Outlet = () => {
  const at = place.value;
  const [shown, setShown] = useState<Shown>();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let isCurrent = true;
    const { load, params } = routeOf(at.url.pathname);
    const show = async (): Promise<void> => {
      try {
        const page = await load();
        if (!isCurrent) return;
        setFailed(false);
        setShown({ at, page, params });
      } catch {
        if (isCurrent && !reloadForNewRelease()) setFailed(true);
      }
    };
    void show();
    return () => {
      isCurrent = false;
    };
  }, [at]);

  useLayoutEffect(() => {
    if (shown === undefined) return;
    if (shown.at.arrival === 'link') scrollToTop();
    else restoreScroll(shown.at.key);
    focusMain(shown.at.key);
  }, [shown?.at]);

  if (failed) return <PageFailed />;
  if (shown === undefined) return null;
  return (
    <ShownPlace.Provider value={shown.at.key}>
      <shown.page key={shown.at.url.pathname} params={shown.params} query={shown.at.url.searchParams} />
    </ShownPlace.Provider>
  );
};
