export { type Cluster, testCluster } from './cluster.ts';
export {
  type Exit,
  type LogLine,
  type ServiceOptions,
  type ServiceProcess,
  spawnService,
  startService,
} from './process.ts';
export { startTestRedis, type TestRedis } from './redis.ts';
export { type DemoSite, demoSite, type Site, type SiteOptions, siteVariable, startSite } from './site.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type Manner, OtlpReceiver, readSpans, type ReceivedSpan } from './otlp-receiver.ts';
