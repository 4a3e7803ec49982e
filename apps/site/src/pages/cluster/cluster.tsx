import './cluster.css';
import type { ClusterEvent, ClusterPicture } from '@scale-up/contract';
import { useState } from 'preact/hooks';
import { MembersOnly } from '../../components/members-only.tsx';
import { Problem } from '../../components/problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import { isAdmin } from '../../state/session.ts';
import { NotFoundPage } from '../not-found.tsx';
import { News } from './news.tsx';
import { ServerCard } from './server-card.tsx';
import { Timeline } from './timeline.tsx';
import { useCluster } from './use-cluster.ts';
import { VipLine } from './vip-line.tsx';
import { verdictOf } from './words.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `app 1 on s2` of `s2/app-1`. */
const observerOf = ({ observer }: ClusterPicture): string => {
  const [server = '', part = ''] = observer.split('/');
  return `${part.replace('-', ' ')} on ${server}`;
};

const Totals = ({ picture }: { picture: ClusterPicture }) => {
  const { roles, totals } = picture;
  const facts: (readonly [string, string])[] = [
    ['PostgreSQL’s primary', roles.database ?? 'nobody'],
    ['Valkey’s primary', roles.cache ?? 'nobody'],
    ...(totals.requestsPerSecond === null
      ? []
      : ([
          ['Requests a second', String(totals.requestsPerSecond)],
          ['Errors in the last minute', String(totals.errorsPerMinute ?? 0)],
        ] as const)),
  ];
  return (
    <dl class="totals">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};

const Waiting = () => (
  <div class="servers" aria-busy="true">
    <p class="visually-hidden">Looking at the servers</p>
    {[1, 2, 3].map((number) => (
      <div class="server skeleton" key={number} aria-hidden="true">
        <i class="bone title" />
        <i class="bone tall" />
      </div>
    ))}
  </div>
);

type SeenProps = { picture: ClusterPicture; events: readonly ClusterEvent[]; isStale: boolean };

const Seen = ({ picture, events, isStale }: SeenProps) => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const { servers, observedAt } = picture;
  return (
    <>
      <div class={isStale ? 'picture stale' : 'picture'} data-servers={servers.length}>
        <Totals picture={picture} />
        <VipLine picture={picture} />
        <div class="servers">
          {servers.map((server) => (
            <ServerCard key={server.name} server={server} observedAt={observedAt} open={open} onToggle={toggle} />
          ))}
        </div>
      </div>
      <Timeline events={events} now={Date.parse(observedAt)} />
    </>
  );
};

const ForAdmin = () => {
  useTitle('Cluster');
  const { picture, events, silentFor, error, retry } = useCluster();
  const trouble = silentFor > 0 ? `No news for ${silentFor} s, trying again.` : '';
  return (
    <div class="frame cluster">
      <header class="cluster-head">
        <div>
          <h1>Cluster</h1>
          <p class="lede">
            {picture === undefined
              ? 'The servers and what runs on them, as they are now.'
              : trouble === ''
                ? verdictOf(picture)
                : `This is how it was at ${clock.format(new Date(picture.observedAt))}.`}
          </p>
        </div>
        {error === undefined && (
          <p class={trouble === '' ? 'pulse' : 'pulse lost'}>
            {trouble !== ''
              ? trouble
              : picture === undefined
                ? 'Connecting …'
                : `Live, as ${observerOf(picture)} saw it at ${clock.format(new Date(picture.observedAt))}`}
          </p>
        )}
      </header>
      {/* Once, not with every second that it lasts. */}
      <News events={events} trouble={trouble === '' ? '' : 'There is no news from the cluster. Trying again.'} />
      {error !== undefined && <Problem error={error} retry={retry} />}
      {picture === undefined ? (
        error === undefined && <Waiting />
      ) : (
        <Seen picture={picture} events={events ?? []} isStale={silentFor > 0 || error !== undefined} />
      )}
    </div>
  );
};

export const ClusterPage = () => <MembersOnly>{isAdmin.value ? <ForAdmin /> : <NotFoundPage />}</MembersOnly>;
