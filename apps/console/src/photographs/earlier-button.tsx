import { useState } from 'preact/hooks';
import type { Photos } from './photos.ts';

/** Lists what was uploaded before, a page at a press; the newest is listed when the photographs are made. */
export function EarlierButton({ photos }: { photos: Photos }) {
  const [busy, setBusy] = useState(false);
  const { trouble, hasMore } = photos.earlier.value;
  const load = () => {
    setBusy(true);
    void photos.listEarlier().finally(() => setBusy(false));
  };
  return (
    <>
      {trouble && (
        <p class="trouble" role="alert">
          Earlier images can’t be listed. {trouble}
        </p>
      )}
      {hasMore && (
        <button type="button" disabled={busy} onClick={load}>
          Show older images
        </button>
      )}
    </>
  );
}
