import type { Image } from '@imagemill/client';
import { signal } from '@preact/signals';
import type { SellerApi } from '../api/seller-api.ts';

const PAGE = 24;

/** What was uploaded before, taken from the API's list a page at a time. */
export function createEarlierPhotos(api: SellerApi, ended: AbortSignal, show: (images: readonly Image[]) => void) {
  const hasMore = signal(false);
  const trouble = signal<string>();
  let list = api.list(ended);
  // One is held back, to know whether there are more.
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
        // A list that failed has ended: the next press begins anew, and what is on the page already is left out.
        list = api.list(ended);
        next = list.next();
        next.catch(() => {});
        trouble.value = (error as Error).message;
        hasMore.value = true;
      }
      show(page);
    },
  };
}
