import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type OutcomeKey, type Queries, statement } from '../src/index.ts';

export const outcomesSql = readFileSync(new URL('../outcomes.sql', import.meta.url), 'utf8');

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The key of a write, and of its payload. */
export const keyOf = (name: string, payload = ''): OutcomeKey => ({ id: hash(name), fingerprint: hash(payload) });

/** What a write writes: one row each time that it runs, without a constraint that would hide a second. */
export const tripsSql = 'CREATE TABLE trips (name text NOT NULL)';
const addTrip = statement('add-trip', 'INSERT INTO trips (name) VALUES ($1)');
const countTrips = statement<{ count: number }>('count-trips', 'SELECT count(*) FROM trips WHERE name = $1');

export const tripsOf = async (queries: Queries, name: string): Promise<number> =>
  (await queries.first(countTrips, [name]))?.count ?? 0;

/** A write and how often it ran; each run answers something else. */
export const countedWork = (name: string, then?: () => Promise<void>) => {
  const state = { runs: 0 };
  const work = async (queries: Queries): Promise<Uint8Array> => {
    state.runs += 1;
    const answer = Buffer.from(`${name}, run ${state.runs} of this\0\xff`);
    await queries.query(addTrip, [name]);
    await then?.();
    return answer;
  };
  return { state, work };
};
