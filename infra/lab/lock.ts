import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** After this long, somebody who waits for a lock is told so. */
const patience = 500;

/**
 * Does work while holding a file's lock. The kernel keeps it (flock(1)), so it is released however the holder ends.
 * @param file made when missing
 * @param onWait told when somebody else holds it
 */
export const withLock = async <Result>(
  file: string,
  onWait: () => void,
  work: () => Promise<Result>,
): Promise<Result> => {
  mkdirSync(dirname(file), { recursive: true });
  // `cat` ends, and with it the lock, when this process closes the pipe or is gone.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const waiting = setTimeout(onWait, patience);
  const exited = once(holder, 'exit');
  try {
    const held = await Promise.race([once(holder.stdout, 'data'), exited.then(() => undefined)]);
    if (!held) throw new Error(`${file} cannot be locked.`);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
    await exited;
  }
};
