import { useFocusAfter } from '../ui/use-focus-after.ts';
import { hasFailedForNow } from './photo.ts';
import type { Photos } from './photos.ts';

/** How many photographs failed but may succeed now, with a button that retries all of them. */
export function RetryAll({ photos }: { photos: Photos }) {
  const failed = photos.list.value.filter(hasFailedForNow).length;
  return failed > 0 ? <Notice failed={failed} photos={photos} /> : null;
}

function Notice({ failed, photos }: { failed: number; photos: Photos }) {
  const notice = useFocusAfter<HTMLDivElement>();
  return (
    <div ref={notice} class="notice row between">
      <p>{failed === 1 ? '1 photograph has failed.' : `${failed} photographs have failed.`} You can try again.</p>
      <button type="button" class="primary" onClick={photos.retryAll}>
        Retry all
      </button>
    </div>
  );
}
