import Table from 'cli-table3';
import type { UploadedPhoto } from '../seller/upload-photo.ts';
import { humanBytes } from './human-bytes.ts';

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** One line per rendition; the share is of the original's bytes. */
export function renditionsTable({ image, originalBytes }: UploadedPhoto): string {
  const table = new Table({
    head: ['variant', 'format', 'pixels', 'bytes', 'share', 'url'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { variant, format, width, height, bytes, url } of image.renditions) {
    const share = `${((100 * bytes) / originalBytes).toFixed(1)} %`;
    table.push([variant, format, `${width}×${height}`, humanBytes(bytes), share, url]);
  }
  return table.toString().replaceAll(/ +$/gm, '');
}
