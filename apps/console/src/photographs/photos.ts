import { signal } from '@preact/signals';
import { Uppy, type UppyFile } from '@uppy/core';
import pLimit from 'p-limit';
import { hasEnded, type Image } from '../api/image.ts';
import type { SellerApi } from '../api/seller-api.ts';
import { announce } from '../ui/announcer.tsx';
import type { Photo, PhotoState } from './photo.ts';

const AT_ONCE = 3;

export const mediaTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/tiff'];
const FORMATS = 'JPEG, PNG, WebP, AVIF, GIF or TIFF';

type Meta = { category: string };
type Dropped = UppyFile<Meta, Record<string, never>>;

/** The photographs of this page: Uppy takes them in and has them uploaded, the API tells how they go on. */
export function createPhotos(api: SellerApi) {
  const list = signal<readonly Photo[]>([]);
  const category = signal('product');
  const ended = new AbortController();
  const uploads = new Map<string, AbortController>();
  const limit = pLimit(AT_ONCE);

  const change = (id: string, changed: (photo: Photo) => Partial<Photo>) => {
    list.value = list.value.map((photo) => (photo.id === id ? { ...photo, ...changed(photo) } : photo));
  };
  const goTo = (id: string, state: PhotoState) => change(id, () => ({ state }));

  const uppy = new Uppy<Meta, Record<string, never>>({
    autoProceed: true,
    restrictions: { allowedFileTypes: mediaTypes },
    // The same photograph may be uploaded again, as an avatar for example.
    onBeforeFileAdded: (file) => ({
      ...file,
      id: crypto.randomUUID(),
      meta: { ...file.meta, category: category.value },
    }),
  });
  uppy.addUploader(async (ids) => {
    await Promise.all(ids.map((id) => limit(() => upload(id))));
  });
  uppy.on('files-added', (files) => {
    list.value = [...files.map(fromFile), ...list.value];
  });
  uppy.on('restriction-failed', (file) => {
    if (!file) return;
    const words = `This is not a ${FORMATS}, so it can’t be a photograph for imagemill.`;
    announce(`${file.name}: ${words}`);
    const photo = { id: crypto.randomUUID(), name: file.name ?? 'unnamed', category: category.value };
    list.value = [{ ...photo, state: { is: 'refused', words, mayRetry: false } }, ...list.value];
  });

  async function upload(id: string): Promise<void> {
    const file = uppy.getFile(id);
    // Taken back while it waited.
    if (!file) return;
    const stopped = new AbortController();
    uploads.set(id, stopped);
    try {
      goTo(id, { is: 'uploading', share: 0 });
      const { imageId } = await api.upload(file.data as File, {
        category: file.meta.category,
        onProgress: (share) => goTo(id, { is: 'uploading', share }),
        signal: AbortSignal.any([ended.signal, stopped.signal]),
      });
      goTo(id, { is: 'uploaded' });
      void follow(id, imageId, file.name);
    } catch (error) {
      if (stopped.signal.aborted || ended.signal.aborted) goTo(id, { is: 'stopped' });
      else refuse(id, file.name, (error as Error).message);
    } finally {
      uploads.delete(id);
      // What it holds is in the list now, or gone.
      if (uppy.getFile(id)) uppy.removeFile(id);
    }
  }

  function refuse(id: string, name: string, words: string): void {
    announce(`${name}: ${words}`);
    goTo(id, { is: 'refused', words, mayRetry: false });
  }

  async function follow(id: string, imageId: string, name: string): Promise<void> {
    const onChange = (image: Image) => {
      change(id, () => ({ image }));
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

    add(files: Iterable<File>): void {
      uppy.addFiles([...files].map((data) => ({ data, name: data.name, type: data.type, source: 'page' })));
    },

    /** Stops an upload that waits or is on its way. */
    stop(id: string): void {
      uploads.get(id)?.abort();
      if (uppy.getFile(id)) uppy.removeFile(id);
      goTo(id, { is: 'stopped' });
    },

    /** Takes it off the page; what the API has of it is deleted first. */
    async remove({ id, image, original, name }: Photo): Promise<void> {
      if (image) await api.remove(image.imageId);
      list.value = list.value.filter((photo) => photo.id !== id);
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
        if (image && !hasEnded(image) && image.status !== 'awaiting-upload') void follow(id, image.imageId, name);
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

const fromFile = ({ id, name, meta, data, size }: Dropped): Photo => ({
  id,
  name,
  category: meta.category,
  original: { url: URL.createObjectURL(data as Blob), bytes: size ?? 0 },
  state: { is: 'waiting' },
});

const fromImage = (image: Image): Photo & { image: Image } => ({
  id: image.imageId,
  name: `${image.category} of ${new Date(image.createdAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}`,
  category: image.category,
  state: { is: 'uploaded' },
  image,
});
