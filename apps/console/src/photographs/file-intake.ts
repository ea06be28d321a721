import { Uppy } from '@uppy/core';
import { newId } from './new-id.ts';

/** By media type, and by name: not every system knows every type. */
export const fileTypes = [
  ...['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/tiff'],
  ...['.jpg', '.jpeg', '.jfif', '.jpe', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff'],
];

/** At once. */
const FILES_MAX = 500;

const refusal = 'This is not a JPEG, PNG, WebP, AVIF, GIF or TIFF, so it can’t be a photograph for imagemill.';

/**
 * Takes files in, by Uppy: chosen ones, and with its DropTarget what is dropped, whole folders too.
 *
 * @param refused is told of a file that can't be a photograph, and why in words for its seller
 */
export function createFileIntake(on: {
  taken: (files: File[]) => void;
  refused: (name: string, words: string) => void;
}) {
  const uppy = new Uppy({
    restrictions: { allowedFileTypes: fileTypes, maxNumberOfFiles: FILES_MAX },
    // The same photograph may be taken again, as an avatar for example.
    onBeforeFileAdded: (file) => ({ ...file, id: newId() }),
  });
  uppy.on('files-added', (added) => {
    const files = added.map(({ data, name }) => asFile(data as Blob, name));
    // From here on they are ours.
    for (const { id } of added) uppy.removeFile(id);
    on.taken(files);
  });
  // Without a file it is about how many there are.
  uppy.on('restriction-failed', (file, { message }) =>
    file ? on.refused(file.name ?? 'A file', refusal) : on.refused('Too many at once', `${message}.`),
  );
  return uppy;
}

const asFile = (data: Blob, name: string) =>
  data instanceof File ? data : new File([data], name, { type: data.type });
