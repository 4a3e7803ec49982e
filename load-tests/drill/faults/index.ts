import { allMarks, pickMarks } from '../../servers/marks/index.ts';
import type { Mark } from '../../servers/measure.ts';
import { delayFaults } from './delay.ts';
import { diskFaults } from './disks.ts';
import { doubtFault } from './doubt.ts';
import type { Fault } from './fault.ts';
import { networkFaults } from './network.ts';
import { operationFaults } from './operations.ts';
import { pauseFaults } from './pauses.ts';
import { processFaults } from './processes.ts';
import { witnessFaults } from './witnesses.ts';

const groups: readonly (readonly [number, string])[] = [
  [3, 'marks: load balancers'],
  [5, 'marks: web and app'],
  [11, 'marks: database'],
  [12, 'marks: cache'],
  [14, 'marks: releases'],
  [18, 'marks: servers'],
  [19, 'marks: nothing'],
];

const ofMark = (mark: Mark): Fault => {
  const number = Number.parseInt(mark.name, 10);
  return { ...mark, group: groups.find(([last]) => number <= last)?.[1] ?? 'marks' };
};

/**
 * Everything that a drill can do, in the order in which it does it: first the marks, then each program, the network, disks, operations.
 * @param minutes of those in which nothing happens
 */
export const allFaults = (minutes: number): Fault[] => [
  ...allMarks(minutes).map(ofMark),
  ...processFaults,
  doubtFault,
  ...networkFaults,
  ...delayFaults,
  ...pauseFaults,
  ...witnessFaults,
  ...diskFaults,
  ...operationFaults,
];

/**
 * Picks faults by their names, or by what their names begin with: "2", "14", "haproxy", "postgres-freeze".
 * @throws Error with a sentence when there is none of that name
 */
export const pickFaults = (faults: readonly Fault[], wanted: readonly string[]): Fault[] => {
  const names = new Set(pickMarks(faults, wanted).map(({ name }) => name));
  return faults.filter(({ name }) => names.has(name));
};
