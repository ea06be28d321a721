import { useState } from 'preact/hooks';
import type { Photos } from './photos.ts';

/** Lists what was uploaded before, a page at a press; the newest is listed when the photographs are made. */
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
          Earlier images can’t be listed. {trouble}
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
