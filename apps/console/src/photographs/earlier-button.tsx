import { useState } from 'preact/hooks';
import type { Photos } from './photos.ts';

/** Lists earlier uploads, a page per press. The first page is listed with the photographs. */
export function EarlierButton({ photos }: { photos: Photos }) {
  const [busy, setBusy] = useState(false);
  const { trouble, hasMore, load: loadPage } = photos.earlier;
  const load = () => {
    setBusy(true);
    void loadPage().finally(() => setBusy(false));
  };
  return (
    <>
      {trouble.value && (
        <p class="trouble" role="alert">
          Earlier images could not be listed. {trouble}
        </p>
      )}
      {hasMore.value && (
        <button type="button" disabled={busy} onClick={load}>
          Show older images
        </button>
      )}
    </>
  );
}
