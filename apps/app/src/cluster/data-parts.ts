import { type Drawn, unheard } from './drawn.ts';
import type { Sight } from './look.ts';
import type { Memory } from './memory.ts';
import type { DatabaseMember } from './sources/patroni.ts';
import type { Part } from './topology.ts';

const plain = { role: null, note: null, release: null, figures: {} } as const;

const secondsSince = (started: number | undefined, at: number): { readonly upSeconds?: number } =>
  started === undefined ? {} : { upSeconds: Math.max(0, Math.round((at - started) / 1_000)) };

const memberOf = (sight: Sight, part: Part | undefined): DatabaseMember | undefined => {
  const answer = part && sight.answers.get(part.id);
  return answer?.is === 'answered' && answer.value.of === 'database' ? answer.value.member : undefined;
};

/** A PostgreSQL: the primary, a standby with how far it is behind, or one that is neither. */
export const databasePart = (sight: Sight, memory: Memory, part: Part, primary: Part | undefined): Drawn => {
  const answer = sight.answers.get(part.id);
  if (answer?.is === 'answered' && answer.value.of === 'connection') return { ...plain, state: 'up', role: 'primary' };
  const member = memberOf(sight, part);
  if (!member) return unheard(sight, memory, part, part.at ? 'Patroni' : 'PostgreSQL');
  const { state, timeline, position, started } = member;
  const figures = { ...(timeline !== undefined && { timeline }), ...secondsSince(started, sight.at) };
  if (state !== 'running' && state !== 'streaming') {
    const isStarting = /start|creating|bootstrap|custom/.test(state) && !state.includes('failed');
    return { ...plain, state: isStarting ? 'starting' : 'down', note: `PostgreSQL is ${state}`, figures };
  }
  if (member.isPrimary) {
    if (part === primary)
      return { ...plain, state: 'up', role: 'primary', figures: { ...figures, standbys: member.standbys } };
    return { ...plain, state: 'degraded', note: `takes itself for the primary; ${primary?.server} is`, figures };
  }
  const end = memberOf(sight, primary)?.position;
  const lag = end === undefined || position === undefined ? {} : { lagBytes: Math.max(0, end - position) };
  const standby = { ...plain, role: 'standby', figures: { ...figures, ...lag } } as const;
  if (member.isStreaming || state === 'streaming') return { ...standby, state: 'up' };
  return { ...standby, state: 'degraded', note: 'follows no primary' };
};

/** A member of etcd. */
export const etcdPart = (sight: Sight, memory: Memory, part: Part): Drawn => {
  const answer = sight.answers.get(part.id);
  if (answer?.is !== 'answered' || answer.value.of !== 'etcd') return unheard(sight, memory, part, 'etcd');
  return answer.value.isHealthy
    ? { ...plain, state: 'up' }
    : { ...plain, state: 'degraded', note: 'says that it is not healthy' };
};

/** A server of the cache. */
export const cachePart = (sight: Sight, memory: Memory, part: Part, primary: Part | undefined): Drawn => {
  const answer = sight.answers.get(part.id);
  if (answer?.is === 'answered' && answer.value.of === 'connection') return { ...plain, state: 'up', role: 'primary' };
  if (answer?.is !== 'answered' || answer.value.of !== 'cache') return unheard(sight, memory, part, 'Valkey');
  const { member } = answer.value;
  const figures: Drawn['figures'] = {
    usedMemoryBytes: member.usedMemory,
    operationsPerSecond: member.operationsPerSecond,
    sessions: member.clients,
    upSeconds: member.uptime,
  };
  if (member.role === 'primary') {
    if (part === primary) return { ...plain, state: 'up', role: 'primary', figures };
    return { ...plain, state: 'degraded', note: `takes itself for the primary; ${primary?.server} is`, figures };
  }
  const said = primary && sight.answers.get(primary.id);
  const end = said?.is === 'answered' && said.value.of === 'cache' ? said.value.member.position : undefined;
  const replica = {
    ...plain,
    role: 'replica',
    figures: { ...figures, ...(end !== undefined && { lagBytes: Math.max(0, end - member.position) }) },
  } as const;
  return member.isLinked
    ? { ...replica, state: 'up' }
    : { ...replica, state: 'degraded', note: 'does not hear from its primary' };
};
