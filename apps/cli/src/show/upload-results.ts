import { explanation } from '../explain.ts';
import { isPhotoUrl, withoutQuery } from '../seller/import-photo.ts';
import type { UploadedPhoto } from '../seller/upload-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { renditionsTable } from './renditions-table.ts';

/** What came of one photograph, or why nothing did. */
export type UploadResult =
  | { readonly path: string; readonly category: string; readonly photo: UploadedPhoto }
  | { readonly path: string; readonly error: unknown };

/** For people: where an image stands, and a table of its renditions. */
export function inWords(result: UploadResult): string {
  if ('error' in result) return `${withoutQuery(result.path)}: ${explanation(result.error)}`;
  const { photo, category } = result;
  const { path, image, originalBytes, readyMs } = photo;
  if (image.status !== 'ready') {
    return `${path}: ${image.status}${image.error ? `, ${image.error.code}: ${image.error.message}` : ''}`;
  }
  const seconds = (readyMs / 1000).toFixed(1);
  const since = isPhotoUrl(path) ? 'it was asked for' : 'its upload';
  const heading = `${path} (${category}, ${humanBytes(originalBytes ?? 0)}): ready ${seconds} s after ${since}`;
  return `${heading}\n${renditionsTable(photo)}`;
}

/** For programs: one object on one line; `image` is what the API says of it. */
export function inJson(result: UploadResult): string {
  const path = withoutQuery(result.path);
  if ('error' in result) return JSON.stringify({ path, error: explanation(result.error) });
  const { image, originalBytes, readyMs } = result.photo;
  return JSON.stringify({ path, originalBytes, readyMs: Math.round(readyMs), image });
}
