const name = 'halyard.scroll';
// A page that has not grown to its old height by then is another page.
const patience = 5_000;

const read = (): Record<string, number> => {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
};

export const rememberScroll = (key: string): void => {
  // Fifty entries are more than anyone goes back.
  const entries = Object.entries({ ...read(), [key]: Math.round(scrollY) }).slice(-50);
  try {
    sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // Going back starts at the top then.
  }
};

let stopWaiting = (): void => {};

const scrollWhenTallEnough = (top: number): void => {
  const reach = (): void => {
    scrollTo(0, top);
    if (Math.abs(scrollY - top) < 2) stopWaiting();
  };
  const growth = new ResizeObserver(reach);
  const timer = setTimeout(() => stopWaiting(), patience);
  stopWaiting = () => {
    growth.disconnect();
    clearTimeout(timer);
    removeEventListener('wheel', stopWaiting);
    removeEventListener('touchstart', stopWaiting);
    removeEventListener('keydown', stopWaiting);
    stopWaiting = () => {};
  };
  // Whoever scrolls by themselves is not pulled back.
  addEventListener('wheel', stopWaiting, { passive: true });
  addEventListener('touchstart', stopWaiting, { passive: true });
  addEventListener('keydown', stopWaiting);
  growth.observe(document.body);
  reach();
};

/** Puts the page where the reader left it, as soon as its content is there. */
export const restoreScroll = (key: string): void => {
  stopWaiting();
  const top = read()[key] ?? 0;
  if (top > 0) scrollWhenTallEnough(top);
  else scrollTo(0, 0);
};

export const scrollToTop = (): void => {
  stopWaiting();
  scrollTo(0, 0);
};
