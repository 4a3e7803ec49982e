/** Digits of a trace's id, from its end, that decide: as many bits as a number has. */
const digits = 13;
const all = 16 ** digits;

/** Who decides whether a request is recorded: its caller, if there is one, or its trace's id. */
export type Sampler = { readonly followsCaller: boolean; readonly decide: (traceId: string) => boolean };

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. Of a ratio, those traces are recorded whose last bits, as a number, are among the highest: so each
 * process decides the same (OpenTelemetry, TraceState: Probability Sampling, of whose 56 bits these are 52).
 */
export const samplerOf = ({ OTEL_TRACES_SAMPLER: given, OTEL_TRACES_SAMPLER_ARG: arg }: NodeJS.ProcessEnv): Sampler => {
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(given || 'parentbased_always_on') ?? [];
  const ratio = name === 'always_off' ? 0 : name === 'traceidratio' && arg ? Number(arg) : 1;
  const threshold = (1 - ratio) * all;
  return {
    followsCaller: parentBased !== undefined,
    decide: (traceId) => Number.parseInt(traceId.slice(-digits), 16) >= threshold,
  };
};
