import { writeFileSync } from 'node:fs';
import { problemsPage } from './problems.ts';

writeFileSync(new URL('../../../docs/problems.md', import.meta.url), problemsPage());
