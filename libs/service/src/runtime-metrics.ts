import { readdirSync } from 'node:fs';
import {
  constants,
  monitorEventLoopDelay,
  type NodeGCPerformanceDetail,
  performance,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * What Node, V8 and the process say of themselves, named after the semantic conventions of OpenTelemetry; prom-client's own collection has other
 * names for the same.
 */
export const measureRuntime = (registry: Registry): void => {
  measureEventLoop(registry);
  measureHeap(registry);
  measureCollections(registry);
  measureProcess(registry);
};

const nanoseconds = 1e-9;

const measureEventLoop = (registry: Registry): void => {
  // A timer every 10 ms, and how late it comes: finer would cost a busy process more than it tells.
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const figures = {
    min: () => delay.min,
    max: () => delay.max,
    mean: () => delay.mean,
    p50: () => delay.percentile(50),
    p90: () => delay.percentile(90),
    p99: () => delay.percentile(99),
  };
  let before = performance.eventLoopUtilization();
  // Before the others: a look asks them in this order, and this one sets all.
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the time since the last look in which the event loop was at work.',
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, before).utilization);
      before = now;
      // A look right after another one has nothing to tell, and prints what the other one printed.
      if (delay.count === 0) return;
      for (const { gauge, value } of gauges) gauge.set(value() * nanoseconds);
      delay.reset();
    },
  });
  const gauges = Object.entries(figures).map(([name, value]) => {
    const gauge = new Gauge({
      name: `nodejs_eventloop_delay_${name}_seconds`,
      help: `How late the event loop came to a timer of 10 ms since the last look: ${name}.`,
      registers: [registry],
    });
    return { gauge, value };
  });
};

const measureHeap = (registry: Registry): void => {
  new Gauge({
    name: 'v8js_memory_heap_used_bytes',
    help: 'Bytes of the heap that are used, by its spaces.',
    labelNames: ['v8js_heap_space_name'],
    registers: [registry],
    collect() {
      for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
        this.set({ v8js_heap_space_name: name }, used);
      }
    },
  });
  new Gauge({
    name: 'v8js_memory_heap_limit_bytes',
    help: 'Bytes at which V8 ends the process.',
    registers: [registry],
    collect() {
      this.set(getHeapStatistics().heap_size_limit);
    },
  });
};

const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

const measureCollections = (registry: Registry): void => {
  const duration = new Histogram({
    name: 'v8js_gc_duration_seconds',
    help: 'How long the process stood still while garbage was collected.',
    labelNames: ['v8js_gc_type'],
    buckets: [0.001, 0.01, 0.1, 1],
    registers: [registry],
  });
  new PerformanceObserver((list) => {
    // Node's types do not know yet that such an entry has a detail.
    for (const entry of list.getEntries() as (PerformanceEntry & { readonly detail: NodeGCPerformanceDetail })[]) {
      duration.observe({ v8js_gc_type: kinds[entry.detail.kind] ?? 'other' }, entry.duration / 1_000);
    }
  }).observe({ entryTypes: ['gc'] });
};

const measureProcess = (registry: Registry): void => {
  new Counter({
    name: 'process_cpu_time_seconds_total',
    help: 'Processor time, for itself (user) and in the kernel (system).',
    labelNames: ['cpu_mode'],
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc({ cpu_mode: 'user' }, user / 1e6);
      this.inc({ cpu_mode: 'system' }, system / 1e6);
    },
  });
  new Gauge({
    name: 'process_memory_usage_bytes',
    help: 'Resident memory.',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_uptime_seconds',
    help: 'Time since the process started.',
    registers: [registry],
    collect() {
      this.set(process.uptime());
    },
  });
  new Gauge({
    name: 'process_open_file_descriptor_count',
    help: 'Open files and connections; only where the system tells (Linux).',
    registers: [registry],
    collect() {
      if (process.platform === 'linux') this.set(readdirSync('/proc/self/fd').length);
    },
  });
};
