import '../styles/prose.css';
import { useEffect, useState } from 'preact/hooks';

type Render = (source: string) => string;

let render: Render | undefined;

/** Markdown as sanitised HTML. The renderer is loaded when the first text needs it. */
export const Markdown = ({ source }: { source: string }) => {
  const [, setLoaded] = useState(render !== undefined);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (render !== undefined) return;
    const load = async (): Promise<void> => {
      try {
        render = (await import('./render-markdown.ts')).renderMarkdown;
        setLoaded(true);
      } catch {
        setFailed(true);
      }
    };
    void load();
  }, []);
  if (failed) return <div class="prose plain">{source}</div>;
  if (render === undefined)
    return (
      <div class="prose skeleton" aria-busy="true">
        <i class="bone" />
        <i class="bone" />
        <i class="bone short" />
      </div>
    );
  // Sanitised by renderMarkdown, the only writer of HTML in the site.
  return <div class="prose" dangerouslySetInnerHTML={{ __html: render(source) }} />;
};
