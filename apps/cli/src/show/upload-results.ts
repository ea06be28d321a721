import type { Image } from '@imagemill/client';
import type { FailedFile } from '@imagemill/client/messages';
import { messageFor, messageForWarning } from '@imagemill/client/messages';
import { errorForScripts, explanation } from '../explain.ts';
import { isPhotoUrl, withoutQuery } from '../seller/import-photo.ts';
import type { UploadedPhoto } from '../seller/send-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { renditionsTable } from './renditions-table.ts';

/** The result of one photograph. */
export type UploadResult = { readonly path: string; readonly bytes?: number | undefined } & (
  | { readonly is: 'ended'; readonly category: string; readonly photo: UploadedPhoto }
  | { readonly is: 'failed'; readonly error: unknown }
  /** By Ctrl-C. An image with an `imageId` is still rendered. */
  | { readonly is: 'interrupted'; readonly imageId?: string | undefined }
);

const fileOf = ({ path, bytes }: UploadResult): FailedFile => ({ name: withoutQuery(path), size: bytes });

/** For people: the status of an image with a table of its renditions, or in one line if `brief`. */
export function inWords(result: UploadResult, { brief }: { brief: boolean }): string {
  const path = withoutQuery(result.path);
  if (result.is === 'failed') return `${path}: ${explanation(result.error, fileOf(result))}`;
  if (result.is === 'interrupted') {
    return `${path}: ${result.imageId ? `still processing (${result.imageId})` : 'not uploaded'}`;
  }
  const { photo, category } = result;
  const { image, originalBytes, readyMs } = photo;
  if (image.status !== 'ready') {
    return `${path}: ${image.status}${image.error ? `: ${messageFor(image.error, fileOf(result))}${advice(image.error)}` : ''}`;
  }
  const since = isPhotoUrl(path) ? 'the request' : 'its upload';
  const heading = `${path} (${category}, ${humanBytes(originalBytes ?? 0)}): ready ${(readyMs / 1000).toFixed(1)} s after ${since}`;
  if (brief) return `${heading}, ${image.renditions.length} renditions`;
  return [heading, ...notes(image), renditionsTable(photo)].join('\n');
}

/** The warnings, one per line. */
const notes = ({ warnings = [] }: Image) => warnings.map((warning) => `  note: ${messageForWarning(warning)}`);

/** For those who run the workers as well, as with the local stack. */
const advice = ({ code }: { code: string }): string =>
  code === 'import-forbidden'
    ? ' IMPORT_ALLOW_PRIVATE=true allows private addresses: set it for `start`, or the workers.'
    : '';

/** For programs: one object on one line; `image` is the API's status of it. */
export function inJson(result: UploadResult): string {
  const path = withoutQuery(result.path);
  if (result.is === 'failed') return JSON.stringify({ path, error: errorForScripts(result.error, fileOf(result)) });
  if (result.is === 'interrupted') {
    const { imageId } = result;
    const message = imageId ? 'Interrupted after the upload: the image is still processing.' : 'Interrupted.';
    return JSON.stringify({ path, imageId, error: { code: 'interrupted', message } });
  }
  const { image, originalBytes, readyMs } = result.photo;
  return JSON.stringify({ path, originalBytes, readyMs: Math.round(readyMs), image });
}

/** `3 ready, 1 rejected, 2 not uploaded`. */
export function summaryOf(results: readonly UploadResult[]): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(outcome(result), (counts.get(outcome(result)) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
}

function outcome(result: UploadResult): string {
  if (result.is === 'ended') return result.photo.image.status;
  return result.is === 'interrupted' && result.imageId ? 'still processing' : 'not uploaded';
}
