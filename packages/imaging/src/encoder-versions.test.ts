import { ENGINE_VERSION } from '@imagemill/variants';
import sharp from 'sharp';
import { expect, test } from 'vitest';

/** The libraries that decide which pixels are decoded and which bytes are written, as they were when the version was set. */
const reviewed = {
  engineVersion: 5,
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

const whatToDo = `The libraries that make a rendition's bytes changed, or ENGINE_VERSION did. Render the same picture before and after:
if any byte differs, raise ENGINE_VERSION in packages/variants/src/encoder-settings.ts, so that nothing behind an immutable URL
changes. Then write what is in use now into this test`;

test('no library that decides bytes changes without a look at ENGINE_VERSION', () => {
  const versions: Record<string, string | undefined> = { ...sharp.versions };
  const { engineVersion: _, ...libraries } = reviewed;
  const inUse = Object.fromEntries(Object.keys(libraries).map((name) => [name, versions[name]]));
  expect({ engineVersion: ENGINE_VERSION, ...inUse }, whatToDo).toEqual(reviewed);
});
