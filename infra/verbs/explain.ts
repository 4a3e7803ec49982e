import { explainPeriod } from './explain/explain-period.ts';
import { explainRequest } from './explain/explain-request.ts';
import type { Explanation } from './explain/explanation.ts';
import { clock, periodOf } from './explain/period.ts';
import { screen } from './explain/screen.ts';
import { requestIdOf } from './explain/request-id.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { runVerb } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'explain',
  summary:
    'Tells what happened to a request (its X-Request-Id), or in a time, from the journals of all servers; changes nothing.',
  operand: 'REQUEST_ID',
  options: {
    since: {
      type: 'string',
      value: '5m',
      help: 'from so long ago until now; s, m, h or d. A request is looked for in a day',
    },
    from: {
      type: 'string',
      value: 'TIME',
      help: 'from then on: 16:40:05, 2026-11-26T16:40:05Z; UTC unless it says otherwise',
    },
    to: { type: 'string', value: 'TIME', help: 'until then; until now without it' },
  },
};

/** As a document: times as ISO 8601, durations in milliseconds. */
const documentOf = (inventory: string, { period, begin, traceId, story, lines, requests, missing }: Explanation) => {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    inventory,
    from: iso(period.from),
    to: iso(period.to),
    ...(begin !== undefined && { begin: iso(begin) }),
    ...(traceId !== undefined && { traceId }),
    story,
    missing,
    requests: requests.map(({ from, to, ...rest }) => ({ from: iso(from), to: iso(to), ...rest })),
    timeline: lines.map(({ at, until, ...rest }) => ({ at: iso(at), until: iso(until), ...rest })),
  };
};

await runVerb(definition, async ({ inventory, servers, given }) => {
  const id = given.operand === undefined ? undefined : requestIdOf(given.operand);
  const options = given.values as { since?: string; from?: string; to?: string };
  const period = periodOf(options, id !== undefined);
  const explanation = await (id === undefined
    ? explainPeriod(inventory, servers, period)
    : explainRequest(inventory, servers, id, period));
  const subject = id === undefined ? `${clock(period.from)} to ${clock(period.to)}` : `request ${id}`;
  process.stdout.write(
    given.isJson
      ? `${JSON.stringify(documentOf(inventory.name, explanation), null, 2)}\n`
      : screen(inventory.name, subject, explanation),
  );
});
