import type { Plan } from './plan.ts';

/** What this run was told. */
export const plan = JSON.parse(open(__ENV['PLAN'] ?? '')) as Plan;
