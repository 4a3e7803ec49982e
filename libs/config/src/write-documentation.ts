import { writeFileSync } from 'node:fs';
import { configurationPage, exampleFile } from './documentation.ts';

const root = new URL('../../../', import.meta.url);
writeFileSync(new URL('docs/configuration.md', root), configurationPage());
writeFileSync(new URL('.env.example', root), exampleFile());
