// Runs a TypeScript program of this repository with the Node it needs, on a fresh clone as well. This must run on any Node from
// 20 on, before anything is installed: plain JavaScript, nothing imported but Node itself and its like beside it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchAncestors } from './ancestors.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const needed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

const say = (text) => process.stderr.write(`${text}\n`);
const give = (text) => {
  say(text);
  process.exit(1);
};

/** Starts a program, passes SIGTERM and SIGINT on to it, and gives its exit code. */
const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', ...options });
    // A terminal sends Ctrl-C to the child as well; the child counts only the first.
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
    for (const name of signals) process.on(name, pass);
    const unwatch = watchAncestors(() => child.kill('SIGTERM'));
    child.on('error', (error) => give(`${command} cannot be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      unwatch();
      for (const name of signals) process.off(name, pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });

const install = async () => {
  const mark = join(root, 'node_modules', '.installed-from');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  say(
    `Installing dependencies with npm ci: about half a minute the first time, nothing later unless package-lock.json changes.`,
  );
  const start = Date.now();
  const progress = setInterval(() => say(`  … still installing, ${Math.round((Date.now() - start) / 1000)} s`), 10_000);
  // The npm that runs this script, of whatever name it is on PATH; pnpm and yarn set the variable to themselves.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') && process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = npm ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
  clearInterval(progress);
  if (code !== 0) give(`npm ci failed with exit code ${code}; nothing was started.`);
  writeFileSync(mark, lock);
  say(`Installed in ${Math.round((Date.now() - start) / 1000)} s.`);
};

const isNewEnough = (version) => {
  const [a, b] = [version, needed].map((text) => text.split('.').map(Number));
  return a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]);
};

const findNode = () => {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const { report } = process;
  const isMusl = process.platform === 'linux' && !report?.getReport().header.glibcVersionRuntime;
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned) && !isMusl) return pinned;
  const platform = `${process.platform}-${process.arch}${isMusl ? ' (musl)' : ''}`;
  return give(
    `Scale Up needs Node ${needed} or newer; this is ${process.versions.node}, and npm brings no newer one for ${platform}. ` +
      'Install Node 24 (https://nodejs.org) and try again.',
  );
};

await install();
process.exit(await run(findNode(), ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)]));
