import type { Image } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';
import { signal } from '@preact/signals';
import type { SellerApi } from '../api/seller-api.ts';

const PAGE = 24;

/** Earlier uploads, from the API's list, a page at a time. */
export function createEarlierPhotos(api: SellerApi, ended: AbortSignal, show: (images: readonly Image[]) => void) {
  const hasMore = signal(false);
  const trouble = signal<string>();
  let list = api.list(ended);
  // One ahead, to see whether there are more.
  let next = list.next();

  return {
    hasMore,
    trouble,
    async load(): Promise<void> {
      const page: Image[] = [];
      try {
        while (page.length < PAGE) {
          const { done, value } = await next;
          if (done) break;
          page.push(value);
          next = list.next();
        }
        trouble.value = undefined;
        hasMore.value = !(await next).done;
      } catch (error) {
        if (ended.aborted) return;
        // A generator that failed has ended: the next press starts from the beginning, without what is on the page already.
        list = api.list(ended);
        next = list.next();
        next.catch(() => {});
        trouble.value = messageFor(error);
        hasMore.value = true;
      }
      show(page);
    },
  };
}
