import type { FailedFile } from './failure.ts';

const HEIC =
  'This HEIC photo cannot be read here. On an iPhone, share the photo with Options › Format › Most Compatible to get a JPEG. ' +
  'For new photos, choose Settings › Camera › Formats › Most Compatible.';

/** For a file in a format that is not accepted. iPhones save photos as HEIC by default. */
export const notAnImage = (file: FailedFile | undefined): string =>
  /\.(heic|heif|hif)$/i.test(file?.name ?? '')
    ? HEIC
    : 'This file is not an accepted image. Use JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF, BMP or JPEG XL.';
