import { defineConfig } from 'vite';
import { contractModule } from './vite/contract-module.ts';
import { fontPreload } from './vite/font-preload.ts';

export default defineConfig({
  plugins: [contractModule(), fontPreload()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // The first releases with light-dark(), @starting-style being optional: older ones would need a second palette.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The site's Content-Security-Policy has no data: for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Without these groups each small part that two pages share becomes a request of its own.
          groups: [
            {
              name: 'core',
              test: /node_modules\/@?preact|\/src\/(api|state|router)\/|virtual:contract|\/contract\//,
              priority: 1,
            },
            { name: 'forms', test: /\/src\/forms\//, minShareCount: 2 },
            { name: 'parts', test: /\/src\/components\/(?!render-markdown)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': 'http://127.0.0.1:8080' },
  },
});
