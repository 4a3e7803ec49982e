const skip = (event: Event): void => {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
};

export const SkipLink = () => (
  <a class="skip-link" href="#content" onClick={skip}>
    Skip to content
  </a>
);
