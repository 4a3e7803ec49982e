import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../local/paths.ts';
import { print } from '../local/terminal.ts';
import { whyNoServers } from './why-no-servers.ts';

const usage = `usage: npm run test:servers
The tests that need servers: it makes labs of its own, for which it must be root on Linux, and removes them. It takes about 25 minutes on two cores.`;

/** First what a lab is, then what is put on one. */
const files = ['infra/server-tests/*.test.ts', 'load-tests/server-tests/*.test.ts'];

if (process.argv.includes('--help')) {
  print(usage);
} else if (whyNoServers() !== undefined) {
  print(`The tests of the servers make a lab, which is not possible here: ${whyNoServers()}.`);
  process.exitCode = 1;
} else {
  const args = ['--test', '--test-concurrency=1', ...files.map((file) => `${root}${file}`)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
