import { signal } from '@preact/signals';
import type { Photo } from './photo.ts';

/** The photographs on the page, the newest first. */
export function createPhotoList() {
  const photos = signal<readonly Photo[]>([]);
  return {
    photos,
    find: (id: string) => photos.value.find((photo) => photo.id === id),
    addNew(newer: readonly Photo[]): void {
      photos.value = [...newer, ...photos.value];
    },
    addEarlier(older: readonly Photo[]): void {
      photos.value = [...photos.value, ...older];
    },
    change(id: string, changed: Partial<Photo>): void {
      photos.value = photos.value.map((photo) => (photo.id === id ? { ...photo, ...changed } : photo));
    },
    drop({ id, original }: Photo): void {
      photos.value = photos.value.filter((photo) => photo.id !== id);
      if (original) URL.revokeObjectURL(original.url);
    },
  };
}
export type PhotoList = ReturnType<typeof createPhotoList>;
