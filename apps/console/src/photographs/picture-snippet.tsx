import { type Image, pictureHtml } from '@imagemill/client';
import { useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';

const DONE_MS = 2_000;

/** The HTML that shows this image on another page. */
export function PictureSnippet({ image, alt }: { image: Image; alt: string }) {
  const [done, setDone] = useState<string>();
  const [isAuto, setIsAuto] = useState(false);
  const text = useRef<HTMLPreElement>(null);
  // A line per tag: `><` occurs between tags only.
  const html = pictureHtml(image, { alt, format: isAuto ? 'auto' : undefined }).replaceAll('><', '>\n<');
  const tell = (word: string, announcement: string) => {
    announce(announcement);
    setDone(word);
    setTimeout(() => setDone(undefined), DONE_MS);
  };
  const copy = async () => {
    // Pages have a clipboard on https only.
    if (!navigator.clipboard) {
      if (text.current) getSelection()?.selectAllChildren(text.current);
      return tell('Selected', 'The HTML is selected: copy it with the keyboard or the menu of the browser.');
    }
    await navigator.clipboard.writeText(html);
    tell('Copied', 'The HTML is copied.');
  };
  return (
    <section aria-label="HTML">
      <div class="row between">
        <h3>HTML</h3>
        <button type="button" onClick={copy}>
          {done ?? 'Copy'}
        </button>
      </div>
      <label class="row">
        <input type="checkbox" checked={isAuto} onChange={(event) => setIsAuto(event.currentTarget.checked)} />
        with friendly URLs (needs an edge)
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre ref={text} class="snippet" tabIndex={0}>
        {html}
      </pre>
    </section>
  );
}
