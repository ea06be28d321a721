import { describe, expect, test } from 'vitest';
import type { ImageFormat } from '../types.ts';
import { friendlyUrl } from './friendly-url.ts';
import { pictureHtml } from './picture-html.ts';
import { srcset } from './srcset.ts';

const id = '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa';
const base = 'https://cdn.example.com/shop';
const rendition = (variant: string, format: ImageFormat, width: number) => ({
  variant,
  format,
  width,
  height: width,
  bytes: 1000,
  url: `${base}/images/fa/${id}/28517072f33a/${variant}.${format === 'jpeg' ? 'jpg' : format}`,
});
const image = {
  renditions: [
    ...(['avif', 'webp'] as const).flatMap((format) => [
      rendition('retina', format, 800),
      rendition('large', format, 800),
      rendition('small', format, 300),
    ]),
    rendition('large', 'jpeg', 800),
  ],
};

describe('friendlyUrl', () => {
  test('names the variant and the revision, and leaves the format to the browser', () => {
    expect(friendlyUrl(rendition('large', 'jpeg', 800))).toBe(`${base}/images/${id}/large?v=28517072f33a`);
  });

  test.each([
    [{ format: 'jpeg' as const }, '/large.jpg?v=28517072f33a'],
    [{ current: true }, '/large'],
    [{ current: true, format: 'webp' as const }, '/large.webp'],
    [{ download: 'my shoe & sock' }, '/large?v=28517072f33a&download=my+shoe+%26+sock'],
  ])('takes %j', (options, end) => {
    expect(friendlyUrl(rendition('large', 'avif', 800), options)).toBe(`${base}/images/${id}${end}`);
  });

  test('leaves a URL of another form unchanged', () => {
    expect(friendlyUrl({ url: `${base}/shoe.jpg` })).toBe(`${base}/shoe.jpg`);
  });
});

describe('format: auto', () => {
  const list = `${base}/images/${id}/small?v=28517072f33a 300w, ${base}/images/${id}/large?v=28517072f33a 800w`;

  test('has one URL for each width, of the variant with a jpeg if there is one', () => {
    expect(srcset(image, { format: 'auto' })).toBe(list);
  });

  test('makes HTML without sources', () => {
    expect(pictureHtml(image, { alt: 'shoe', format: 'auto', sizes: '50vw' })).toBe(
      `<picture><img src="${base}/images/${id}/large?v=28517072f33a" srcset="${list}" sizes="50vw" width="800" height="800" alt="shoe" loading="lazy" decoding="async"></picture>`,
    );
  });

  test('is empty while no rendition is live', () => {
    expect([
      pictureHtml({ renditions: [] }, { alt: '', format: 'auto' }),
      srcset({ renditions: [] }, { format: 'auto' }),
    ]).toEqual(['', '']);
  });
});
