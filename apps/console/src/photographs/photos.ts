import type { Image } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';
import { signal } from '@preact/signals';
import type { SellerApi } from '../api/seller-api.ts';
import { announce } from '../ui/announcer.tsx';
import { createEarlierPhotos } from './earlier-photos.ts';
import { createFileIntake } from './file-intake.ts';
import { newId } from './new-id.ts';
import { hasExpiredUrls, hasFailedForNow, isOnItsWay, type Photo, troubleOf } from './photo.ts';
import { createPhotoList } from './photo-list.ts';
import { createUploads } from './uploads.ts';

/** The photographs of a key: added, uploaded, then followed to their end. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: its functions share one list of photographs, each of them short.
export function createPhotos(api: SellerApi) {
  const category = signal('product');
  const list = createPhotoList();
  const ended = new AbortController();
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
      list.addNew([{ id: newId(), name, category: category.value, state }]);
    },
  });

  async function follow(id: string, imageId: string): Promise<void> {
    const name = list.find(id)?.name ?? '';
    list.change(id, { lost: undefined });
    const onChange = (image: Image) => {
      list.change(id, { image });
      const photo = list.find(id);
      if (image.status === 'ready') announce(`${name} is ready: ${image.progress.done} renditions.`);
      else if (image.error && photo) announce(`${name}: ${troubleOf(photo)}`);
    };
    await api.follow(imageId, onChange, ended.signal).catch((error: unknown) => {
      if (ended.signal.aborted) return;
      list.change(id, { lost: messageFor(error) });
      announce(`${name}: ${messageFor(error)}`);
    });
  }

  const earlier = createEarlierPhotos(api, ended.signal, (images) => {
    const known = new Set(list.photos.value.flatMap(({ image }) => image?.imageId ?? []));
    const added = images.filter(({ imageId }) => !known.has(imageId)).map(fromImage);
    list.addEarlier(added);
    for (const { id, image } of added) if (isOnItsWay(image)) void follow(id, image.imageId);
  });
  void earlier.load();

  function retry({ id, state, image, lost }: Photo): void {
    if (state.is !== 'uploaded') uploads.start(id);
    else if (lost !== undefined && image) void follow(id, image.imageId);
  }
  const retryAll = () => list.photos.value.filter(hasFailedForNow).forEach(retry);
  addEventListener('online', retryAll);

  return {
    list: list.photos,
    category,
    uppy,
    /** Starts a stopped or failed upload again, or follows its image again. */
    retry,
    /** Retries everything that failed but may succeed now. The page does so automatically when it is online again. */
    retryAll,
    stop: uploads.stop,

    /** Loads the status of a private photograph again if its URLs have expired. If that fails, its pictures stay broken. */
    renew({ id, image }: Photo): void {
      if (!image || !hasExpiredUrls(image)) return;
      api.follow(image.imageId, (image) => list.change(id, { image }), ended.signal).catch(() => {});
    },

    add(chosen: Iterable<File>): void {
      uppy.addFiles([...chosen].map((data) => ({ data, name: data.name, type: data.type, source: 'page' })));
    },

    signSize: api.signSize,

    /** Removes it from the page; its image is deleted first. */
    async remove(photo: Photo): Promise<void> {
      if (photo.image) await api.remove(photo.image.imageId);
      uploads.forget(photo.id);
      list.drop(photo);
      announce(`${photo.name} is ${photo.image ? 'deleted' : 'dismissed'}.`);
    },

    earlier,

    close(): void {
      removeEventListener('online', retryAll);
      ended.abort();
      uploads.close();
      uppy.destroy();
      for (const photo of list.photos.value) list.drop(photo);
    },
  };
}
export type Photos = ReturnType<typeof createPhotos>;

const fromFile = (file: File, category: string): Photo => ({
  id: newId(),
  name: file.name,
  category,
  original: { url: URL.createObjectURL(file), bytes: file.size },
  state: { is: 'waiting' },
});

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

const fromImage = (image: Image): Photo & { image: Image } => ({
  id: image.imageId,
  name: image.filename ?? `${image.category}, ${day.format(new Date(image.createdAt))}`,
  category: image.category,
  state: { is: 'uploaded' },
  image,
});
