import type { UploadedPhoto } from '../seller/send-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { plainTable } from './plain-table.ts';

/** One line per rendition, with its share of the original's bytes. */
export function renditionsTable({ image, originalBytes }: Pick<UploadedPhoto, 'image' | 'originalBytes'>): string {
  return plainTable(
    {
      head: ['variant', 'format', 'pixels', 'bytes', 'share', 'url'],
      colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    },
    image.renditions.map(({ variant, format, width, height, bytes, url }) => {
      const share = originalBytes === undefined ? '' : `${((100 * bytes) / originalBytes).toFixed(1)} %`;
      return [variant, format, `${width}×${height}`, humanBytes(bytes), share, url];
    }),
  );
}
