import { ApiProblem, Unreachable } from '../api/problem.ts';
import { messagesOf } from './messages.ts';

const titleOf = (error: Error): string => {
  if (error instanceof Unreachable) return 'The site cannot be reached';
  return error instanceof ApiProblem ? error.message : 'Something went wrong';
};

const adviceOf = (error: Error): string | undefined => {
  if (error instanceof Unreachable) return 'Check the connection. This page asks again by itself once it is back.';
  if (!(error instanceof ApiProblem) || error.retryAfter === undefined) return undefined;
  return `The server asks for ${error.retryAfter} s of patience before the next try.`;
};

/** What stands in a page in place of content that did not come. */
export const Problem = ({ error, retry }: { error: Error; retry: () => void }) => {
  const advice = adviceOf(error);
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{titleOf(error)}</p>
      {messagesOf(error).map((message) => (
        <p key={message}>{message}</p>
      ))}
      {advice !== undefined && <p>{advice}</p>}
      <button type="button" class="button" onClick={retry}>
        Retry
      </button>
    </div>
  );
};
