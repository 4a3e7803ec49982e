import { announcement } from '../router/arrival.ts';
import { dismiss, notices } from '../state/notices.ts';

/** What is said aloud: the page one arrived at, and notices, which are seen as well. */
export const Announcements = () => (
  <>
    <div class="visually-hidden" role="status">
      {announcement.value}
    </div>
    <div class="notices" role="status">
      {notices.value.map(({ id, text }) => (
        <p class="notice" key={id}>
          {text}
          <button type="button" class="quiet" onClick={() => dismiss(id)}>
            Dismiss
          </button>
        </p>
      ))}
    </div>
  </>
);
