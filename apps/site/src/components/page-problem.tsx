import { ApiProblem } from '../api/problem.ts';
import { NotFoundPage } from '../pages/not-found.tsx';
import { useTitle } from '../router/arrival.ts';
import { Problem } from './problem.tsx';

type Props = { error: Error; retry: () => void; what: string };

const Failed = ({ error, retry, what }: Props) => {
  useTitle(`${what} did not load`);
  return (
    <div class="frame narrow">
      <h1>{what} did not load</h1>
      <Problem error={error} retry={retry} />
    </div>
  );
};

/** A page whose subject did not come: it is not there, or there is a fault. */
export const PageProblem = (props: Props) =>
  props.error instanceof ApiProblem && props.error.status === 404 ? (
    <NotFoundPage what={props.what} />
  ) : (
    <Failed {...props} />
  );
