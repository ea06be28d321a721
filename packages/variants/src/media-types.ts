import { z } from 'zod';
import type { Format } from './variant.ts';

/** What a seller may upload: media type to file extension. */
export const sourceExtensions = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/tiff': 'tiff',
} as const;

export const SourceMediaType = z.enum(Object.keys(sourceExtensions) as (keyof typeof sourceExtensions)[]);
export type SourceMediaType = z.infer<typeof SourceMediaType>;

/** What imagemill makes: format to media type, and to the file extension in its key. */
export const formatMediaTypes: Record<Format, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
};
export const fileExtensions: Record<Format, string> = { avif: 'avif', webp: 'webp', jpeg: 'jpg', png: 'png' };
