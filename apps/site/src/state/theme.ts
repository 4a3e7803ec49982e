import { signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const chosen = (): Theme | undefined => document.documentElement.dataset['theme'] as Theme | undefined;
const shown = (): Theme => chosen() ?? (system.matches ? 'dark' : 'light');

export const theme = signal<Theme>(shown());

export const watchSystemTheme = (): void => {
  system.addEventListener('change', () => {
    theme.value = shown();
  });
};

/** Switches, and keeps the choice; public/theme.js applies it on the next visit before the first paint. */
export const switchTheme = (): void => {
  const next = theme.peek() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
  try {
    localStorage.setItem('halyard.theme', next);
  } catch {
    // The choice lasts until the page is left.
  }
};
