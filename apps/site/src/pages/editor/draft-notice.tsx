const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export const DraftNotice = ({ at, onDiscard }: { at: number; onDiscard: () => void }) => (
  <div class="panel draft-notice">
    <p>
      This is your draft of <time dateTime={new Date(at).toISOString()}>{time.format(at)}</time>.
    </p>
    <button type="button" class="quiet" onClick={onDiscard}>
      Discard draft
    </button>
  </div>
);
