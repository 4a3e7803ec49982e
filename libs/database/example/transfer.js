// Moves money once, however often it is asked to: DATABASE_URL=postgres://… node example/transfer.js
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDatabase, statement, Unavailable } from '@scale-up/database';

const database = openDatabase({
  // Also several: postgres://role:word@one,two,three/name
  url: process.env.DATABASE_URL ?? '',
  role: 'primary',
  poolSize: 10,
  applicationName: 'transfer',
  hold: { time: 30_000, callers: 1_000, bytes: 64 * 1024 ** 2 },
  onEvent: ({ type }) => console.error(type),
});

const take = statement('take', 'UPDATE accounts SET balance = balance - $2 WHERE name = $1');
const give = statement('give', 'UPDATE accounts SET balance = balance + $2 WHERE name = $1');
const list = statement('list', 'SELECT name, balance FROM accounts ORDER BY name');

const hash = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest();

const transfer = async (caller, key, { from, to, amount }) => {
  const { answer, isReplay } = await database.once(
    { id: hash(caller, 'transfer', key), fingerprint: hash(from, to, amount) },
    // May run several times, and is committed once.
    async (queries) => {
      await queries.query(take, [from, amount]);
      await queries.query(give, [to, amount]);
      return Buffer.from(JSON.stringify({ moved: amount }));
    },
    { patience: 10_000 },
  );
  return { ...JSON.parse(Buffer.from(answer).toString()), isReplay };
};

try {
  const outcomes = readFileSync(fileURLToPath(import.meta.resolve('@scale-up/database/outcomes.sql')), 'utf8');
  await database.script(outcomes);
  await database.script(`
    CREATE TABLE accounts (name text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
    INSERT INTO accounts VALUES ('ann', 100), ('bob', 0)`);
  const order = { from: 'ann', to: 'bob', amount: 30 };
  console.log(await transfer('ann', 'key-1', order)); // { moved: 30, isReplay: false }
  console.log(await transfer('ann', 'key-1', order)); // { moved: 30, isReplay: true }
  console.log(await database.query(list)); // ann has 70, bob has 30
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.error(`Try again later: ${error.reason}`);
  process.exitCode = 1;
} finally {
  await database.close();
}
