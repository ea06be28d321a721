import { type Image, pictureHtml } from '@imagemill/client';
import { useRef, useState } from 'preact/hooks';
import { CopyButton } from '../ui/copy-button.tsx';

/** The HTML that shows this image on another page. */
export function PictureSnippet({ image, alt }: { image: Image; alt: string }) {
  const [isAuto, setIsAuto] = useState(false);
  const text = useRef<HTMLPreElement>(null);
  // A line per tag: `><` occurs between tags only.
  const html = pictureHtml(image, { alt, format: isAuto ? 'auto' : undefined }).replaceAll('><', '>\n<');
  return (
    <section aria-label="HTML">
      <div class="row between">
        <h3>HTML</h3>
        <CopyButton text={html} what="HTML" shownBy={text} />
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
