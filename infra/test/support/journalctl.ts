import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// Stands for journalctl on the servers of fake-ssh.ts, where there is no journal: reads the lines of $SERVER/journal.jsonl, which are as `--output=json`
// prints them, and chooses among them as journalctl 257 does. What it does not know ends it, as it would the real one.
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    quiet: { type: 'boolean' },
    'no-pager': { type: 'boolean' },
    all: { type: 'boolean' },
    output: { type: 'string' },
    'output-fields': { type: 'string' },
    'case-sensitive': { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    lines: { type: 'string' },
    grep: { type: 'string' },
    unit: { type: 'string', short: 'u', multiple: true },
    identifier: { type: 'string', short: 't', multiple: true },
  },
});

// `head` has enough.
process.stdout.on('error', () => process.exit(1));

const microseconds = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Number(text.replace(/^@/, '')) * 1e6;
const since = microseconds(values.since, 0);
const until = microseconds(values.until, Infinity);

const units = values.unit?.map((glob) => {
  const name = /\.\w+$/.test(glob) || glob.endsWith('*') ? glob : `${glob}.service`;
  return new RegExp(`^${name.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`);
});
const pattern = values.grep === undefined ? undefined : new RegExp(values.grep);

const lines = readFileSync(`${process.env['SERVER']}/journal.jsonl`, 'utf8').split('\n').filter(Boolean);
const chosen = lines.filter((line) => {
  const {
    __REALTIME_TIMESTAMP: at,
    _SYSTEMD_UNIT: unit,
    UNIT,
    SYSLOG_IDENTIFIER: identifier,
    MESSAGE,
  } = JSON.parse(line);
  if (Number(at) < since || Number(at) > until) return false;
  if (units && !units.some((each) => each.test(unit) || each.test(UNIT ?? ''))) return false;
  if (values.identifier && !values.identifier.includes(identifier)) return false;
  return pattern?.test(MESSAGE) ?? true;
});
const shown = values.lines === '+1' ? chosen.slice(0, 1) : chosen;
for (const line of shown) process.stdout.write(`${line}\n`);
process.exitCode = pattern && shown.length === 0 ? 1 : 0;
