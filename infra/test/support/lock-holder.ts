import { once } from 'node:events';
import { messageOf } from '../../local/message.ts';
import { takeLock } from '../../verbs/support/lock.ts';
import { fakeServers } from './fake-servers.ts';

// Takes the lock as a verb would, in a process of its own that a test can end or stop: prints "held", and after a line on its standard
// input whether it still holds it.
const [folder = '', ...names] = process.argv.slice(2);
const lock = await takeLock(fakeServers(folder, names), 'deploy');
process.stdout.write('held\n');
await once(process.stdin, 'data');
try {
  lock.assertHeld();
  process.stdout.write('still held\n');
} catch (error) {
  process.stdout.write(`${messageOf(error)}\n`);
}
await lock.release();
process.exit();
