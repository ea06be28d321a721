import { describe, expect, test } from 'vitest';
import type { Image, ImageFormat, SourceFacts } from '../types.ts';
import { pictureHtml } from './picture-html.ts';
import { srcset } from './srcset.ts';

const rendition = (variant: string, format: ImageFormat, width: number, height: number) => {
  const url = `https://cdn.example.com/images/1/rev/${variant}.${format === 'jpeg' ? 'jpg' : format}`;
  return { variant, format, url, width, height, bytes: 1000 };
};
const source: SourceFacts = {
  format: 'jpeg',
  width: 807,
  height: 1024,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
  bytes: 483_211,
};

/** As the product set makes it of a source of 807×1024: large and retina are no larger than it. */
const product = {
  source,
  dominantColour: '#8a8478',
  renditions: [
    ...(['avif', 'webp'] as const).flatMap((format) => [
      rendition('retina', format, 807, 1024),
      rendition('large', format, 807, 1024),
      rendition('medium', format, 473, 600),
      rendition('small', format, 236, 300),
      rendition('thumb', format, 150, 150),
    ]),
    rendition('large', 'jpeg', 807, 1024),
    rendition('og', 'jpeg', 807, 424),
  ],
} satisfies Partial<Image>;

const avatar = {
  source,
  renditions: [
    rendition('small', 'avif', 48, 48),
    rendition('large', 'avif', 256, 256),
    rendition('large', 'jpeg', 256, 256),
    rendition('round-small', 'webp', 100, 100),
    rendition('round-large', 'webp', 400, 400),
    rendition('round-large', 'png', 400, 400),
  ],
} satisfies Partial<Image>;

describe('renditions that are made on request', () => {
  const renditions = product.renditions.map((rendition) =>
    rendition.format === 'webp' ? { ...rendition, bytes: null, planned: true as const } : rendition,
  );

  test('are offered like stored ones', () => {
    const lazy = { ...product, renditions };
    expect(srcset(lazy, { format: 'webp' })).toBe(srcset(product, { format: 'webp' }));
    expect(pictureHtml(lazy, { alt: 'shoe' })).toBe(pictureHtml(product, { alt: 'shoe' }));
  });
});

describe('srcset', () => {
  test('has the real widths, the smallest first, each once, and one aspect ratio only', () => {
    const base = 'https://cdn.example.com/images/1/rev';
    expect(srcset(product, { format: 'avif' })).toBe(
      `${base}/small.avif 236w, ${base}/medium.avif 473w, ${base}/retina.avif 807w`,
    );
    expect(srcset(product, { format: 'jpeg' })).toBe(`${base}/large.jpg 807w`);
  });

  test('contains one family of variants', () => {
    expect(srcset(avatar, { format: 'webp' })).toBe('');
    expect(srcset(avatar, { format: 'webp', prefix: 'round-' })).toMatch(
      /round-small\.webp 100w, .*round-large\.webp 400w$/,
    );
  });

  test('contains the requested variants, of one aspect ratio', () => {
    expect(srcset(product, { format: 'avif', variants: ['thumb'] })).toMatch(/thumb\.avif 150w$/);
    expect(srcset(product, { format: 'avif', variants: ['thumb', 'small'] })).toMatch(/^\S+small\.avif 236w$/);
  });

  test('tolerates rounded sides', () => {
    const panorama = {
      source: { ...source, width: 5000, height: 37 },
      renditions: [rendition('small', 'webp', 300, 2), rendition('large', 'webp', 1200, 9)],
    };
    expect(srcset(panorama, { format: 'webp' })).toMatch(/300w, .* 1200w$/);
  });

  test('encodes commas and spaces in URLs', () => {
    const odd = { renditions: [{ ...rendition('small', 'webp', 3, 3), url: 'https://cdn.example.com/a, b.webp' }] };
    expect(srcset(odd, { format: 'webp' })).toBe('https://cdn.example.com/a%2C%20b.webp 3w');
  });
});

describe('pictureHtml', () => {
  test('offers avif, then webp, then jpeg, with the size and a background colour', () => {
    const html = pictureHtml(product, { alt: 'A shoe', sizes: '50vw', className: 'shoe' });
    expect(html.match(/<source type="[^"]+"|<img/g)).toEqual([
      '<source type="image/avif"',
      '<source type="image/webp"',
      '<img',
    ]);
    expect(html.match(/ sizes="50vw"/g)).toHaveLength(2);
    expect(html).toContain(' width="807" height="1024" alt="A shoe" class="shoe" loading="lazy" decoding="async"');
    expect(html).toContain(' style="background:#8a8478">');
    expect(html).not.toMatch(/thumb|og\./);
  });

  test('takes at most 1 KB, of which the placeholder takes under 40 bytes', () => {
    const rev = '28517072f33a';
    const url = (name: string) => name.replace('images/1/rev', `images/fa/01a206fb-fa12-72e2-9c6c-2ad9049d1cfa/${rev}`);
    const renditions = product.renditions.map((each) => ({ ...each, url: url(each.url) }));
    const html = pictureHtml({ ...product, renditions }, { alt: 'A red shoe' });
    const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
    expect(bytes(html)).toBeLessThanOrEqual(1024);
    const plain = pictureHtml({ ...product, renditions }, { alt: 'A red shoe', placeholder: false });
    expect(bytes(html) - bytes(plain)).toBeLessThan(40);
  });

  test('ignores a malformed colour', () => {
    const html = pictureHtml({ ...product, dominantColour: 'red;background:url(//evil)' }, { alt: '' });
    expect(html).not.toContain('style=');
  });

  test('falls back to png without a jpeg', () => {
    const html = pictureHtml(avatar, { alt: '', prefix: 'round-' });
    expect(html).toMatch(
      /^<picture><source type="image\/webp".*<img src="[^"]+round-large\.png" width="400" height="400" alt=""/,
    );
  });

  test('escapes all values', () => {
    const evil = `"><script>alert('1')</script>&`;
    const image = { renditions: [{ ...rendition('large', 'jpeg', 3, 3), url: `https://x/${evil}` }] };
    const html = pictureHtml(image, { alt: evil, sizes: evil, className: evil });
    expect(html).not.toContain('<script');
    expect(html).not.toContain(`'`);
    expect(html.match(/[<>]/g)?.join('')).toBe('<><><>');
    expect(html).toContain('alt="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"');
  });

  test('has no background colour behind a transparent image, or if placeholders are off', () => {
    const glass = { ...product, source: { ...source, hasAlpha: true } };
    expect(pictureHtml(glass, { alt: '' })).not.toContain('style=');
    expect(pictureHtml(product, { alt: '', placeholder: false })).not.toContain('style=');
  });

  test('is empty while no rendition is live', () => {
    expect(pictureHtml({ renditions: [] }, { alt: 'A shoe' })).toBe('');
  });

  test('has the signed URLs of a private image, also with `format: auto`: friendly URLs would not be signed', () => {
    const signed = (url: string) => `${url.replace('/images/', '/private/')}?exp=1893456000&kid=k&s=x`;
    const renditions = product.renditions.map((one) => ({ ...one, url: signed(one.url) }));
    const html = pictureHtml({ ...product, renditions }, { alt: '', format: 'auto' });
    expect(html).toBe(pictureHtml({ ...product, renditions }, { alt: '' }));
    expect(html).toContain('?exp=1893456000&amp;kid=k&amp;s=x');
  });
});
