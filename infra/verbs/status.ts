import { knownInstances } from '../inventory/cores.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { exitCodes } from './support/exit-codes.ts';
import { runVerb } from './support/verb.ts';
import { readStatus } from './status/collect.ts';
import { findingsOf } from './status/judge.ts';
import { screen } from './status/screen.ts';

const definition: VerbDefinition = {
  name: 'status',
  summary: 'Shows who does what, and what is wrong; exit code 1 when the next loss may be felt.',
};

await runVerb(definition, async ({ inventory, servers, given }) => {
  const status = await readStatus(inventory, servers, knownInstances(inventory));
  const findings = findingsOf(inventory, status);
  const isWhole = !findings.some(({ isLoss }) => isLoss);
  const text = given.isJson
    ? `${JSON.stringify({ inventory: inventory.name, isWhole, findings, ...status }, null, 2)}\n`
    : screen(inventory, status, findings);
  process.stdout.write(text);
  return isWhole ? exitCodes.done : exitCodes.failed;
});
