import { signal } from '@preact/signals';
import { hasEnded, type Image } from '../api/image.ts';
import type { SellerApi } from '../api/seller-api.ts';
import { announce } from '../ui/announcer.tsx';
import { createFileIntake } from './file-intake.ts';
import type { Photo } from './photo.ts';
import { createPhotoList } from './photo-list.ts';
import { createUploads } from './uploads.ts';

interface Earlier {
  readonly hasMore: boolean;
  readonly trouble?: string;
}

/** The photographs of a key: taken in, uploaded, then followed to their end. */
export function createPhotos(api: SellerApi) {
  const category = signal('product');
  const list = createPhotoList();
  const ended = new AbortController();
  const earlier = signal<Earlier>({ hasMore: false });
  let earlierFrom: string | undefined;
  const uploads = createUploads({ api, list, onUploaded: (id, imageId) => void follow(id, imageId) });

  const uppy = createFileIntake({
    taken(files) {
      const photos = files.map((file) => [fromFile(file, category.value), file] as const);
      list.addNew(photos.map(([photo]) => photo));
      for (const [{ id }, file] of photos) uploads.start(id, file);
    },
    refused(name, words) {
      announce(`${name}: ${words}`);
      const state = { is: 'refused', words, mayRetry: false } as const;
      list.addNew([{ id: crypto.randomUUID(), name, category: category.value, state }]);
    },
  });

  async function follow(id: string, imageId: string): Promise<void> {
    const name = list.find(id)?.name ?? '';
    const onChange = (image: Image) => {
      list.change(id, { image });
      if (image.status === 'ready') announce(`${name} is ready: ${image.renditions.length} renditions.`);
      else if (image.error) announce(`${name}: ${image.error.message}`);
    };
    await api.follow(imageId, onChange, ended.signal).catch((error: Error) => {
      if (!ended.signal.aborted) announce(`${name}: ${error.message}`);
    });
  }

  /** Adds those that were uploaded before, a page at a time. */
  async function listEarlier(): Promise<void> {
    try {
      const page = await api.list(earlierFrom, ended.signal);
      earlierFrom = page.nextCursor;
      const known = new Set(list.photos.value.flatMap(({ image }) => image?.imageId ?? []));
      const added = page.images.filter(({ imageId }) => !known.has(imageId)).map(fromImage);
      list.addEarlier(added);
      for (const { id, image } of added) {
        if (!hasEnded(image) && image.status !== 'awaiting-upload') void follow(id, image.imageId);
      }
      earlier.value = { hasMore: earlierFrom !== undefined };
    } catch (error) {
      if (!ended.signal.aborted) earlier.value = { hasMore: true, trouble: (error as Error).message };
    }
  }
  void listEarlier();

  return {
    list: list.photos,
    category,
    uppy,
    start: (id: string) => uploads.start(id),
    stop: uploads.stop,

    add(chosen: Iterable<File>): void {
      uppy.addFiles([...chosen].map((data) => ({ data, name: data.name, type: data.type, source: 'page' })));
    },

    /** Takes it off the page; what the API has of it is deleted first. */
    async remove(photo: Photo): Promise<void> {
      if (photo.image) await api.remove(photo.image.imageId);
      uploads.forget(photo.id);
      list.drop(photo);
      announce(`${photo.name} is ${photo.image ? 'deleted' : 'off the list'}.`);
    },

    earlier,
    listEarlier,

    close(): void {
      ended.abort();
      uploads.close();
      uppy.destroy();
      for (const photo of list.photos.value) list.drop(photo);
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
