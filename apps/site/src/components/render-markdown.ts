import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { ownPicture } from './same-origin.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const marked = new Marked({
  gfm: true,
  renderer: {
    // HTML in a text is shown as it was typed.
    html: ({ text }) => escaped(text),
    // The page's title is the h1.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 1, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

const allowed = {
  ALLOWED_TAGS:
    'h2 h3 h4 h5 h6 p br hr blockquote pre code ul ol li a img em strong del table thead tbody tr th td'.split(' '),
  ALLOWED_ATTR: ['href', 'title', 'src', 'alt', 'start', 'align'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

const linkInstead = (image: Element): void => {
  const link = document.createElement('a');
  link.href = image.getAttribute('src') ?? '';
  link.textContent = `Picture elsewhere: ${image.getAttribute('alt') || link.hostname}`;
  link.rel = 'noopener nofollow';
  image.replaceWith(link);
};

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') node.setAttribute('rel', 'noopener nofollow');
  if (node.tagName === 'PRE' || node.tagName === 'TABLE') node.setAttribute('tabindex', '0');
  if (node.tagName !== 'IMG') return;
  const own = ownPicture(node.getAttribute('src'));
  if (own === undefined) linkInstead(node);
  else {
    node.setAttribute('src', own);
    node.setAttribute('loading', 'lazy');
  }
});

/** Markdown as HTML that is safe to put into the page: no script, no style, no picture from another origin. */
export const renderMarkdown = (source: string): string =>
  DOMPurify.sanitize(marked.parse(source, { async: false }), allowed);
