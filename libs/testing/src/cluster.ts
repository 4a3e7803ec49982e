import type { Secrets } from '@scale-up/infra/local/secrets.ts';

/** How test files find the PostgreSQL of their run. */
export const clusterVariable = 'SCALE_UP_TEST_CLUSTER';

export type Cluster = { readonly port: number; readonly admin: string; readonly secrets: Secrets };

/** Databases that a test's own is copied from. */
export const templates = { migrated: 'template_migrated', demo: 'template_demo', empty: 'template1' } as const;

/** @throws Error where the run has no PostgreSQL */
export const testCluster = (): Cluster => {
  const text = process.env[clusterVariable];
  if (!text)
    throw new Error('no test database: run with node --test --test-global-setup=libs/testing/src/postgres-setup.ts');
  return JSON.parse(text) as Cluster;
};
