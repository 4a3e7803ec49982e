import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';

// Stands in front of `ssh …` as a lab's prefix would, and runs the command here instead: each "server" is a folder of
// $SERVERS, in which it sees its own /run, and commands that stand in $SERVERS/bin before those of this machine. A server whose folder holds a
// file `down` does not answer.
const folder = process.env['SERVERS'] ?? '';
const [target = '', command = ''] = process.argv.slice(-2);
const server = `${folder}/${target.replace(/^.*@/, '')}`;
if (existsSync(`${server}/down`)) {
  process.stderr.write('ssh: connect: No route to host\n');
  process.exit(255);
}
mkdirSync(`${server}/run`, { recursive: true });
const child = spawn('sh', ['-c', command.replaceAll('/run/', `${server}/run/`)], {
  stdio: 'inherit',
  // Without it bash takes the pipes of Node, which are sockets, for sshd's, and reads files that are not made for `set -u`.
  env: { ...process.env, SHLVL: '2', SERVER: server, PATH: `${folder}/bin:${process.env['PATH']}` },
});
child.once('exit', (code) => process.exit(code ?? 255));
