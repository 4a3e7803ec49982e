import type { Arrivals } from '../scenarios/plan.ts';
import { type Stage, type VisitorName, visitors } from '../scenarios/workloads.ts';

const requestsPerVisit = Object.values(visitors).reduce((sum, { share, requests }) => sum + share * requests, 0);

/**
 * How many visitors of each kind come in a minute so that so many requests come in a second.
 * @param stages whose rates are multiples of it
 * @param rate requests a second
 */
export const arrivalsOf = (stages: readonly Stage[], rate: number): Arrivals[] => {
  const visits = (rate * 60) / requestsPerVisit;
  return (Object.keys(visitors) as VisitorName[]).map((visitor) => ({
    visitor,
    stages: stages.map((stage) => ({
      seconds: stage.seconds,
      rate: Math.max(1, Math.round(stage.rate * visits * visitors[visitor].share)),
    })),
  }));
};

/** Stages of which the last is as long as it is asked for; undefined leaves them as they are. */
export const stretched = (stages: readonly Stage[], minutes: number | undefined): readonly Stage[] =>
  minutes === undefined
    ? stages
    : stages.map((stage, index) =>
        index === stages.length - 1 ? { ...stage, seconds: Math.round(minutes * 60) } : stage,
      );
