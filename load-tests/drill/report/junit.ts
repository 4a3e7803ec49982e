import type { DrillRecord, Injection } from '../record.ts';
import { escape } from './escape.ts';

const secondsOf = ({ bins }: Injection): number => bins.length;

const testCase = (injection: Injection): string => {
  const { mark, what, group, misses } = injection;
  const attributes = `classname="${escape(group)}" name="${escape(`${mark}: ${what}`)}" time="${secondsOf(injection)}"`;
  if (misses.length === 0) return `    <testcase ${attributes}/>`;
  return `    <testcase ${attributes}>
      <failure message="${escape(misses[0] ?? '')}">${escape(misses.join('\n'))}</failure>
    </testcase>`;
};

/** A drill as CI servers read it: the JUnit XML that Jenkins' xUnit plugin describes; a missed mark is a failure. */
export const junitOf = ({ injections, took, date }: DrillRecord): string => {
  const failures = injections.filter(({ misses }) => misses.length > 0).length;
  const counts = `tests="${injections.length}" failures="${failures}" errors="0" time="${took.toFixed(0)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="drill" ${counts}>
  <testsuite name="drill" timestamp="${date.slice(0, 19)}" ${counts}>
${injections.map(testCase).join('\n')}
  </testsuite>
</testsuites>
`;
};
