import { imageExtensions } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';
import { Uppy } from '@uppy/core';
import { newId } from './new-id.ts';

/** By media type, and by name: not every operating system knows every type. */
export const fileTypes = [
  ...[
    'image/jpeg',
    'image/png',
    'image/webp',
    'image/avif',
    'image/heic',
    'image/heif',
    'image/gif',
    'image/tiff',
    'image/bmp',
    'image/jxl',
  ],
  ...imageExtensions.map((extension) => `.${extension}`),
];

const FILES_MAX = 500;

/**
 * Adds files by Uppy: chosen ones, and with its DropTarget dropped files and folders.
 *
 * @param on.refused called with the name of a file that cannot be a photograph, and a message for its seller
 */
export function createFileIntake(on: {
  taken: (files: File[]) => void;
  refused: (name: string, words: string) => void;
}) {
  const uppy = new Uppy({
    restrictions: { allowedFileTypes: fileTypes, maxNumberOfFiles: FILES_MAX },
    // The same photograph may be added again, as an avatar for example.
    onBeforeFileAdded: (file) => ({ ...file, id: newId() }),
  });
  uppy.on('files-added', (added) => {
    const files = added.map(({ data, name }) => asFile(data as Blob, name));
    // Uppy is done with them.
    for (const { id } of added) uppy.removeFile(id);
    on.taken(files);
  });
  uppy.on('restriction-failed', (file) => {
    // Without a file the restriction is on their number.
    if (!file) return on.refused('Too many files', `Add at most ${FILES_MAX} files at once.`);
    const name = file.name ?? 'A file';
    on.refused(name, messageFor({ code: 'unsupported-type', message: '' }, { name }));
  });
  return uppy;
}

const asFile = (data: Blob, name: string) =>
  data instanceof File ? data : new File([data], name, { type: data.type });
