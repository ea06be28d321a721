import { ENGINE_VERSION } from '@imagemill/variants';
import sharp from 'sharp';
import { expect, test } from 'vitest';

/** Versions of the libraries that affect decoded pixels or written bytes, as of the last change of ENGINE_VERSION. */
const reviewed = {
  engineVersion: 9,
  sharp: '0.35.5',
  vips: '8.18.7',
  aom: '3.15.1',
  heif: '1.23.5',
  webp: '1.6.0',
  mozjpeg: '0826579',
  png: '1.6.58',
  'zlib-ng': '2.3.3',
  tiff: '4.7.2',
  lcms: '2.19.1',
  highway: '1.4.0',
};

const instructions = `ENGINE_VERSION or a library that affects the bytes of renditions changed. Render the same picture before and after:
if any byte differs, raise ENGINE_VERSION in packages/variants/src/encoder-settings.ts, because immutable URLs must not change
their content. Then update the versions in this test`;

test('a changed encoder or decoder library requires a review of ENGINE_VERSION', () => {
  const versions: Record<string, string | undefined> = { ...sharp.versions };
  const { engineVersion: _, ...libraries } = reviewed;
  const inUse = Object.fromEntries(Object.keys(libraries).map((name) => [name, versions[name]]));
  expect({ engineVersion: ENGINE_VERSION, ...inUse }, instructions).toEqual(reviewed);
});
