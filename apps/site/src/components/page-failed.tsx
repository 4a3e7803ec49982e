import { useTitle } from '../router/arrival.ts';

export const PageFailed = () => {
  useTitle('This page did not load');
  return (
    <div class="frame narrow">
      <h1>This page did not load</h1>
      <p>Its code could not be fetched. Check the connection and try again.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Retry
      </button>
    </div>
  );
};
