import { clusterStream, operations } from '@scale-up/contract';
import type { Database } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import { requireAdminNow } from './admin.ts';
import type { EventStreams } from './event-stream.ts';
import type { Watch } from './watch.ts';

/** `x-hold`: web would ask other instances, one after the other, for as long as it waits for app. */
const full = { 'retry-after': '5', 'x-hold': 'full' };

/** The picture of the site for admins, as an answer and as a stream; with the database or without. */
export const clusterRoutes = (routing: Routing, database: Database, watch: Watch, streams: EventStreams): void => {
  routing.answer(operations.cluster, async ({ claims }) => {
    await requireAdminNow(database, claims);
    return watch.current();
  });

  routing.stream(clusterStream.path, operations.cluster, async (claims, reply) => {
    await requireAdminNow(database, claims);
    const stream = streams.open();
    if (!stream) throw new Problem('unavailable', {}, full);
    return reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').send(stream);
  });
};
