import { switchTheme, theme } from '../state/theme.ts';
import { Icon } from './icon.tsx';

export const ThemeSwitch = () => {
  const isDark = theme.value === 'dark';
  return (
    <button
      type="button"
      class="icon-button"
      onClick={switchTheme}
      aria-label={isDark ? 'Use the light theme' : 'Use the dark theme'}
    >
      <Icon name={isDark ? 'sun' : 'moon'} />
    </button>
  );
};
