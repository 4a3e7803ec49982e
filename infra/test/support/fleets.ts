import type { Service } from '../../images/services.ts';
import type { Fleet, ServerReleases } from '../../verbs/deploy/fleet.ts';

/** What a server has of releases: what it remembers, and the release that each container runs. Image ids are `<service> <tag>`. */
export const serverWith = (
  tags: readonly string[],
  running: Readonly<Record<string, string>>,
  releases?: ServerReleases['releases'],
): ServerReleases => {
  const idsOf = (service: Service) => Object.fromEntries(tags.map((tag) => [tag, `${service} ${tag}`]));
  return {
    releases,
    images: { web: idsOf('web'), app: idsOf('app'), 'db-migrator': idsOf('db-migrator') },
    running: Object.fromEntries(
      Object.entries(running).map(([container, tag]) => [container, `${container.replace(/-\d+$/, '')} ${tag}`]),
    ),
  };
};

/** Three servers that are alike. */
export const fleetOf = (one: ServerReleases): Fleet => ({ s1: one, s2: one, s3: one });
