import type { HtmlTagDescriptor, Plugin } from 'vite';

// The two upright faces are on every page; asking for them with the page avoids a second rendering of the text.
const early = /(newsreader|hanken-grotesk)-latin-wght-normal.*\.woff2$/;

/** Adds `<link rel="preload">` for the fonts that every page shows. */
export const fontPreload = (): Plugin => ({
  name: 'scale-up:font-preload',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => early.test(file))
        .map((file): HtmlTagDescriptor => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: true },
          injectTo: 'head-prepend',
        })),
  },
});
