// Plain JavaScript, like with-node.mjs, which imports it before anything is installed.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const parentOf = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // proc_pid_stat(5): the second field, the name, may hold spaces and parentheses.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

/** node, npm, npx and nx run a script through one another and through `sh -c`; a person's shell is none of these. */
const isLauncher = (pid) => {
  const [program = '', first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return /^(node|npm|npx)\b/.test(basename(program)) || (/^(sh|dash|bash)$/.test(basename(program)) && first === '-c');
};

/** The parent, and above it every launcher, with the parent that each has now. */
const chain = () => {
  const links = [[process.pid, process.ppid]];
  if (process.platform !== 'linux') return links;
  for (let pid = process.ppid; pid > 1 && isLauncher(pid); pid = links.at(-1)[1]) links.push([pid, parentOf(pid)]);
  return links;
};

/**
 * Calls back once, within half a second, when one of the programs between the person and this process has died without a word:
 * by kill -9, or because a shell between does not pass SIGTERM on.
 * @param {() => void} onOrphaned
 * @returns {() => void} stops watching
 */
export const watchAncestors = (onOrphaned) => {
  const links = chain();
  const isIntact = () => {
    try {
      return links.every(([pid, parent]) => (pid === process.pid ? process.ppid : parentOf(pid)) === parent);
    } catch {
      return false;
    }
  };
  const timer = setInterval(() => {
    if (isIntact()) return;
    clearInterval(timer);
    onOrphaned();
  }, 500);
  return () => clearInterval(timer);
};
