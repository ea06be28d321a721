import { signal } from '@preact/signals';
import pLimit from 'p-limit';
import type { ApiError } from '../api/call-api.ts';
import { hasEnded, type Image } from '../api/image.ts';
import type { SellerApi } from '../api/seller-api.ts';
import { announce } from '../ui/announcer.tsx';
import { createFileIntake } from './file-intake.ts';
import type { Photo, PhotoState } from './photo.ts';

const AT_ONCE = 3;

/** The photographs of this page: taken in, uploaded a few at a time, then followed to their end. */
export function createPhotos(api: SellerApi) {
  const list = signal<readonly Photo[]>([]);
  const category = signal('product');
  const ended = new AbortController();
  const files = new Map<string, File>();
  const uploads = new Map<string, AbortController>();
  const limit = pLimit(AT_ONCE);

  const change = (id: string, changed: Partial<Photo>) => {
    list.value = list.value.map((photo) => (photo.id === id ? { ...photo, ...changed } : photo));
  };
  const goTo = (id: string, state: PhotoState) => change(id, { state });

  const uppy = createFileIntake({
    taken(taken) {
      const photos = taken.map((file) => fromFile(file, category.value));
      list.value = [...photos, ...list.value];
      for (const [index, { id }] of photos.entries()) {
        const file = taken[index];
        if (file) files.set(id, file);
        start(id);
      }
    },
    refused(name, words) {
      announce(`${name}: ${words}`);
      const state = { is: 'refused', words, mayRetry: false } as const;
      list.value = [{ id: crypto.randomUUID(), name, category: category.value, state }, ...list.value];
    },
  });

  function start(id: string): void {
    const stopped = new AbortController();
    uploads.set(id, stopped);
    goTo(id, { is: 'waiting' });
    void limit(() => upload(id, AbortSignal.any([ended.signal, stopped.signal])));
  }

  async function upload(id: string, signal: AbortSignal): Promise<void> {
    const photo = list.value.find((one) => one.id === id);
    const file = files.get(id);
    // Stopped while it waited.
    if (!photo || !file || signal.aborted) return;
    try {
      goTo(id, { is: 'uploading', share: 0 });
      const onProgress = (share: number) => goTo(id, { is: 'uploading', share });
      const { imageId } = await api.upload(file, { category: photo.category, onProgress, signal });
      goTo(id, { is: 'uploaded' });
      files.delete(id);
      void follow(id, imageId, file.name);
    } catch (error) {
      if (signal.aborted) return;
      const { message, retryable } = error as ApiError;
      announce(`${file.name}: ${message}`);
      goTo(id, { is: 'refused', words: message, mayRetry: retryable });
    }
  }

  async function follow(id: string, imageId: string, name: string): Promise<void> {
    const onChange = (image: Image) => {
      change(id, { image });
      if (image.status === 'ready') announce(`${name} is ready: ${image.renditions.length} renditions.`);
      else if (image.error) announce(`${name}: ${image.error.message}`);
    };
    await api.follow(imageId, onChange, ended.signal).catch((error: Error) => {
      if (!ended.signal.aborted) announce(`${name}: ${error.message}`);
    });
  }

  return {
    list,
    category,
    uppy,
    start,

    add(chosen: Iterable<File>): void {
      uppy.addFiles([...chosen].map((data) => ({ data, name: data.name, type: data.type, source: 'page' })));
    },

    /** Stops an upload that waits or is on its way; it may be started again. */
    stop(id: string): void {
      uploads.get(id)?.abort();
      goTo(id, { is: 'stopped' });
    },

    /** Takes it off the page; what the API has of it is deleted first. */
    async remove({ id, image, original, name }: Photo): Promise<void> {
      if (image) await api.remove(image.imageId);
      list.value = list.value.filter((photo) => photo.id !== id);
      files.delete(id);
      uploads.delete(id);
      if (original) URL.revokeObjectURL(original.url);
      announce(`${name} is ${image ? 'deleted' : 'off the list'}.`);
    },

    /** Adds those that were uploaded before, a page at a time. @returns where the next page begins, if there is one */
    async listEarlier(cursor: string | undefined): Promise<string | undefined> {
      const page = await api.list(cursor, ended.signal);
      const known = new Set(list.value.flatMap(({ image }) => image?.imageId ?? []));
      const earlier = page.images.filter(({ imageId }) => !known.has(imageId)).map(fromImage);
      list.value = [...list.value, ...earlier];
      for (const { id, name, image } of earlier) {
        if (!hasEnded(image) && image.status !== 'awaiting-upload') void follow(id, image.imageId, name);
      }
      return page.nextCursor;
    },

    close(): void {
      ended.abort();
      uppy.destroy();
      for (const { original } of list.value) if (original) URL.revokeObjectURL(original.url);
    },
  };
}
export type Photos = ReturnType<typeof createPhotos>;

const fromFile = (file: File, category: string): Photo => ({
  id: crypto.randomUUID(),
  name: file.name,
  category,
  original: { url: URL.createObjectURL(file), bytes: file.size },
  state: { is: 'waiting' },
});

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

const fromImage = (image: Image): Photo & { image: Image } => ({
  id: image.imageId,
  name: `${image.category}, ${day.format(new Date(image.createdAt))}`,
  category: image.category,
  state: { is: 'uploaded' },
  image,
});
