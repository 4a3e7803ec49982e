// A classic script in the head, so that the theme someone chose is there before the first paint (main.tsx would be too late).
try {
  const theme = localStorage.getItem('halyard.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; the system's theme is used then.
}
