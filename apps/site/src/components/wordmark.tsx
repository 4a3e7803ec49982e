/** Two masts and the line between them. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="masts" d="M8 4v24M24 4v24" />
    <path class="line" d="M8 20.500C14 9 18 23.500 24 12" />
  </svg>
);

export const Wordmark = () => (
  <a class="wordmark" href="/">
    <Mark />
    Halyard
  </a>
);
