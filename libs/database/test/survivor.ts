import { openDatabase, statement } from '../src/index.ts';

// A process of its own for connection-loss.test.ts: the server ends its connections, one in use and one idle, and it has to go on.
const [url = '', adminUrl = ''] = process.argv.slice(2);
let losses = 0;
const database = openDatabase({
  url,
  poolSize: 2,
  applicationName: 'survivor',
  onEvent: ({ type }) => (losses += type === 'connection-lost' ? 1 : 0),
});
const admin = openDatabase({ url: adminUrl, poolSize: 1, applicationName: 'survivor admin' });
const end = statement('end', 'SELECT pg_terminate_backend($1, 1000)');
const pid = statement<{ pid: number }>('pid', 'SELECT pg_backend_pid() AS pid');

const outcome: Record<string, unknown> = {};
try {
  await database.transaction(async (queries) => {
    const connection = await queries.first(pid);
    // Nothing runs on it at this moment: its error has no statement to go to.
    await admin.query(end, [connection?.pid ?? 0]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await queries.query(pid);
  });
} catch (error) {
  outcome['inUse'] = (error as Error).message;
}
outcome['afterInUse'] = typeof (await database.first(pid))?.pid;
outcome['lossesInUse'] = losses;

const idle = await database.first(pid);
await admin.query(end, [idle?.pid ?? 0]);
await new Promise((resolve) => setTimeout(resolve, 50));
outcome['lossesIdle'] = losses - Number(outcome['lossesInUse']);
outcome['afterIdle'] = typeof (await database.first(pid))?.pid;
outcome['connections'] = database.connections();
await database.close();
await admin.close();
process.stdout.write(JSON.stringify(outcome));
