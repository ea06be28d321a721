import { useState } from 'preact/hooks';
import type { Image } from '../api/image.ts';
import { announce } from '../ui/announcer.tsx';
import { pictureHtml } from './picture-html.ts';

const COPIED_MS = 2_000;

/** The HTML that shows this image on a shop's page. */
export function PictureSnippet({ image, alt }: { image: Image; alt: string }) {
  const [copied, setCopied] = useState(false);
  const html = pictureHtml(image, { alt });
  const copy = async () => {
    await navigator.clipboard.writeText(html);
    announce('The HTML is copied.');
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <section aria-label="HTML">
      <div class="row between">
        <h3>HTML</h3>
        <button type="button" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must get there */}
      <pre class="snippet" tabIndex={0}>
        {html}
      </pre>
    </section>
  );
}
