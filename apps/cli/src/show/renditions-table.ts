import type { UploadedPhoto } from '../seller/send-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { plainTable } from './plain-table.ts';

/** One line per rendition, with its share of the original's bytes. One that is made on its first request has no bytes yet. */
export function renditionsTable({ image, originalBytes }: Pick<UploadedPhoto, 'image' | 'originalBytes'>): string {
  return plainTable(
    {
      head: ['variant', 'format', 'pixels', 'bytes', 'share', 'url'],
      colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    },
    image.renditions.map(({ variant, format, width, height, bytes, url }) => {
      if (bytes === null) return [variant, format, `${width}×${height}`, 'on request', '', url];
      const share = originalBytes === undefined ? '' : `${((100 * bytes) / originalBytes).toFixed(1)} %`;
      return [variant, format, `${width}×${height}`, humanBytes(bytes), share, url];
    }),
  );
}
