import { z } from 'zod';
import type { Format } from './variant-fields.ts';

/** Types that sellers may upload: media type to file extension. */
export const sourceExtensions = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/gif': 'gif',
  'image/tiff': 'tiff',
  'image/bmp': 'bmp',
  'image/jxl': 'jxl',
} as const;

export const SourceMediaType = z.enum(Object.keys(sourceExtensions) as (keyof typeof sourceExtensions)[]);
export type SourceMediaType = z.infer<typeof SourceMediaType>;

/** Other names that browsers, phones and older programs use for the same formats. */
const aliases: Readonly<Record<string, SourceMediaType>> = {
  'image/jpg': 'image/jpeg',
  'image/jfif': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/pipeg': 'image/jpeg',
  'image/x-jpeg': 'image/jpeg',
  'image/apng': 'image/png',
  'image/x-png': 'image/png',
  'image/x-webp': 'image/webp',
  'image/avif-sequence': 'image/avif',
  'image/heif': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heic',
  'image/x-gif': 'image/gif',
  'image/tif': 'image/tiff',
  'image/x-tif': 'image/tiff',
  'image/x-tiff': 'image/tiff',
  'image/x-bmp': 'image/bmp',
  'image/x-ms-bmp': 'image/bmp',
  'image/x-windows-bmp': 'image/bmp',
};

export const sourceMediaTypeAliases = Object.keys(aliases);

/**
 * Normalises a media type to the accepted type: any case, any parameters, common aliases. RFC 9110, section 8.3.1.
 */
export function sourceMediaTypeOf(mediaType: string): SourceMediaType | undefined {
  const [essence = ''] = mediaType.split(';', 1);
  const name = essence.trim().toLowerCase();
  return SourceMediaType.safeParse(name).data ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined);
}

/** The type of an original that was imported from a URL. Its format is detected from its bytes only. */
export const IMPORTED_MEDIA_TYPE = 'image/*' as const;

/** The declared type of an original, in its key: media type to file extension. */
export const originalExtensions = { ...sourceExtensions, [IMPORTED_MEDIA_TYPE]: 'any' } as const;
export const OriginalMediaType = z.enum(Object.keys(originalExtensions) as (keyof typeof originalExtensions)[]);
export type OriginalMediaType = z.infer<typeof OriginalMediaType>;

/** Formats of renditions: format to media type, and to the file extension in the key. */
export const formatMediaTypes: Record<Format, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
};
export const fileExtensions: Record<Format, string> = { avif: 'avif', webp: 'webp', jpeg: 'jpg', png: 'png' };
