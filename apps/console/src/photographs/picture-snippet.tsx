import { type Image, pictureHtml } from '@imagemill/client';
import { useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';

const COPIED_MS = 2_000;

/** The HTML that shows this image on a shop's page. */
export function PictureSnippet({ image, alt }: { image: Image; alt: string }) {
  const [copied, setCopied] = useState(false);
  const text = useRef<HTMLPreElement>(null);
  // A tag a line; within one these two never meet.
  const html = pictureHtml(image, { alt }).replaceAll('><', '>\n<');
  const copy = async () => {
    // Browsers give pages the clipboard on https alone.
    if (!navigator.clipboard) {
      if (text.current) getSelection()?.selectAllChildren(text.current);
      announce('The HTML is selected, to be copied by the browser.');
      return;
    }
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
      <pre ref={text} class="snippet" tabIndex={0}>
        {html}
      </pre>
    </section>
  );
}
