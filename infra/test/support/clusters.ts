import type { Cluster, Member } from '../../verbs/database/cluster.ts';

/** A member that does what it is for, with changes. */
export const member = (name: string, role: 'leader' | 'quorum_standby', more: Partial<Member> = {}): Member => ({
  name,
  role,
  state: role === 'leader' ? 'running' : 'streaming',
  timeline: 3,
  lag: role === 'leader' ? undefined : 0,
  ...more,
});

/** A whole cluster of three with its primary on s1, with changes of single members. */
export const clusterWith = (changes: Readonly<Record<string, Partial<Member>>> = {}): Cluster => ({
  members: (['s1', 's2', 's3'] as const).map((name) =>
    member(name, name === 's1' ? 'leader' : 'quorum_standby', changes[name]),
  ),
});
