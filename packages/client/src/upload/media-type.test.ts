import { expect, test } from 'vitest';
import { mediaTypeOf } from './media-type.ts';

test.each([
  ['photo.jpg', 'image/jpeg'],
  ['photo.JPEG', 'image/jpeg'],
  ['photo.jfif', 'image/jpeg'],
  ['photo.JPE', 'image/jpeg'],
  ['photo.jif', 'image/jpeg'],
  ['photo.png', 'image/png'],
  ['sticker.apng', 'image/png'],
  ['photo.webp', 'image/webp'],
  ['photo.avif', 'image/avif'],
  ['photo.gif', 'image/gif'],
  ['scan.tif', 'image/tiff'],
  ['scan.tiff', 'image/tiff'],
  ['IMG_1.HEIC', 'image/heic'],
  ['photo.heif', 'image/heic'],
  ['photo.hif', 'image/heic'],
  ['photo.bmp', 'image/bmp'],
  ['photo.DIB', 'image/bmp'],
  ['photo.jxl', 'image/jxl'],
  ['photo.psd', 'application/octet-stream'],
  ['photo.constructor', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('the media type of %j is %s', (name, type) => {
  expect(mediaTypeOf(name)).toBe(type);
});
