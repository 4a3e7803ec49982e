import type { Product } from '@scale-up/contract';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { ApiProblem } from '../../api/problem.ts';
import { recoveries } from '../../state/network.ts';

/** The product; null when it is gone; undefined while it is unknown. */
export type Found = Product | null | undefined;
type Products = {
  readonly of: (slug: string) => Found;
  readonly error: Error | undefined;
  /** Asks for all of them again; what is known stays until then. */
  readonly refresh: () => void;
};

const find = async (slug: string, signal: AbortSignal): Promise<Product | null> => {
  try {
    return (await call('product', { params: { slug } }, { signal })).product;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
};

/** Products as they are now: what a basket remembers of them may be old. */
export const useProducts = (slugs: readonly string[]): Products => {
  const [found, setFound] = useState<ReadonlyMap<string, Product | null>>(new Map());
  const [error, setError] = useState<Error>();
  const [round, setRound] = useState({ asked: new Set<string>() });

  useEffect(() => {
    const end = new AbortController();
    const ask = async (slug: string): Promise<void> => {
      try {
        const product = await find(slug, end.signal);
        round.asked.add(slug);
        if (!end.signal.aborted) setFound((before) => new Map(before).set(slug, product));
      } catch (failure) {
        if (!end.signal.aborted) setError(failure as Error);
      }
    };
    for (const slug of slugs) if (!round.asked.has(slug)) void ask(slug);
    return () => end.abort();
  }, [round, slugs.join('\n')]);

  const refresh = (): void => {
    setError(undefined);
    setRound({ asked: new Set() });
  };
  const recovered = recoveries.value;
  useEffect(() => {
    if (error !== undefined) refresh();
  }, [recovered]);

  return { of: (slug) => found.get(slug), error, refresh };
};
