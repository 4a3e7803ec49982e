const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML and XML want it, also inside attributes; what XML 1.0 cannot hold (2.2) is left out. */
export const escape = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- these are the characters that are meant
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
