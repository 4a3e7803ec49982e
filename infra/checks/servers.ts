import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../local/paths.ts';
import { print } from '../local/terminal.ts';

const usage = `usage: npm run test:servers
The tests that need servers: it makes labs of its own, for which it must be root on Linux, and removes them.`;

if (process.argv.includes('--help')) {
  print(usage);
} else if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  print('The tests of the servers make a lab, which only root on Linux can.');
  process.exitCode = 1;
} else {
  const args = ['--test', '--test-concurrency=1', `${root}infra/server-tests/**/*.test.ts`];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
