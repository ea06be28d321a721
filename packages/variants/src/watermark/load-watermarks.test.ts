import { expect, test } from 'vitest';
import { loadVariantSets } from '../categories.ts';

const png = (end = '') => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(end)]);
const svg = (content: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2">${content}</svg>`);

const entry = (watermark?: object) => ({
  name: 'page',
  width: 64,
  height: 64,
  fit: 'inside',
  format: 'webp',
  quality: 80,
  ...(watermark && { watermark }),
});
const reading = (files: Record<string, Uint8Array>) => async (name: string, bytesMax: number) => {
  const bytes = files[name];
  if (!bytes) throw new Error('no such file');
  if (bytes.byteLength > bytesMax) throw new Error(`it has more than ${bytesMax} bytes`);
  return bytes;
};
const load = (sets: unknown, files: Record<string, Uint8Array> = {}) => loadVariantSets(sets, reading(files));
const revisionOf = async (watermark: object | undefined, files: Record<string, Uint8Array> = {}) =>
  (await load({ shop: [entry(watermark)] }, files)).categories.get('shop')?.revision;

test('the revision depends on the bytes of a file and on every option, and not on the name of the file', async () => {
  const files = { 'a.png': png(), 'b/b.png': png(), 'c.png': png('c') };
  const a = await revisionOf({ file: 'a.png' }, files);
  expect(await revisionOf({ file: 'b/b.png' }, files)).toBe(a);
  const others = await Promise.all([
    revisionOf(undefined),
    revisionOf({ file: 'c.png' }, files),
    revisionOf({ file: 'a.png', place: 'top' }, files),
    revisionOf({ file: 'a.png', margin: 5 }, files),
    revisionOf({ file: 'a.png', size: 26 }, files),
    revisionOf({ file: 'a.png', opacity: 99 }, files),
  ]);
  expect(new Set([a, ...others]).size).toBe(7);
});

test('returns each file once, with its name, for public and private categories', async () => {
  const sets = {
    shop: [entry({ file: 'a.png' }), { ...entry({ file: 'b.svg' }), name: 'other' }],
    papers: { visibility: 'signed', variants: [entry({ file: 'a.png' })] },
  };
  const { categories, watermarks } = await load(sets, { 'a.png': png(), 'b.svg': svg('<path d="M0 0h4v2z"/>') });
  expect([...watermarks.values()].map(({ name }) => name)).toEqual(['a.png', 'b.svg']);
  const [sha256] = watermarks.keys();
  expect(categories.get('papers')?.set[0]?.watermark).toEqual({
    sha256,
    place: 'bottom-right',
    margin: 4,
    size: 25,
    opacity: 100,
  });
});

test('sets without a watermark, or without a file, read nothing', async () => {
  const none = () => Promise.reject(new Error('read'));
  for (const sets of [undefined, {}, { shop: [entry()] }]) {
    expect((await loadVariantSets(sets, none)).watermarks.size).toBe(0);
  }
});

test.each([
  ['is missing', 'none.png', /watermark-unreadable: none\.png: no such file/],
  ['is too large', 'large.png', /watermark-unreadable: large\.png: it has more than 1048576 bytes/],
  ['is another picture', 'photo.jpg', /watermark-format: photo\.jpg is neither a PNG nor an SVG/],
  ['is empty', 'empty.png', /watermark-format/],
  ['has text', 'text.svg', /watermark-text: text\.svg has text/],
  ['shows another file', 'image.svg', /watermark-references: image\.svg/],
  ['is styled by another file', 'style.svg', /watermark-references/],
  ['has entities', 'entity.svg', /watermark-references/],
  ['is filled by another file', 'fill.svg', /watermark-references/],
  ['is in another folder', '../a.png', /watermark-name/],
  ['is in a folder of another folder', 'a/../../a.png', /watermark-name/],
  ['has an absolute path', '/a.png', /watermark-name/],
  ['has a path of Windows', 'a\\a.png', /watermark-name/],
  ['has no name', '', /watermark-name/],
])('a file that %s is refused, with its entry', async (_why, file, message) => {
  const files = {
    '../a.png': png(),
    'a/../../a.png': png(),
    '/a.png': png(),
    'a\\a.png': png(),
    '': png(),
    'large.png': png(' '.repeat(1024 * 1024)),
    'photo.jpg': Buffer.from('\xff\xd8\xff', 'latin1'),
    'empty.png': Buffer.of(),
    'text.svg': svg('<text>shop</text>'),
    'image.svg': svg('<image href="photo.jpg"/>'),
    'style.svg': svg('<style>@import "a.css";</style>'),
    'entity.svg': Buffer.from('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>'),
    'fill.svg': svg('<path fill="url(other.svg#red)" d="M0 0h4v2z"/>'),
  };
  const loaded = load({ shop: [entry(), { ...entry({ file }), name: 'other' }] }, files);
  await expect(loaded).rejects.toMatchObject({
    issues: [{ path: ['shop', 1, 'watermark', 'file'], message: expect.stringMatching(message) }],
  });
});

test.each([
  ['a gradient of its own', '<linearGradient id="a"/><path fill="url(#a)" d="M0 0h4v2z"/><use href="#a"/>'],
  ['an embedded picture', '<image href="data:image/png;base64,iVBORw0KGgo="/>'],
])('an SVG with %s is accepted', async (_what, content) => {
  expect((await load({ shop: [entry({ file: 'a.svg' })] }, { 'a.svg': svg(content) })).watermarks.size).toBe(1);
});

test('more than 16 different files are refused', async () => {
  const names = Array.from({ length: 17 }, (_, index) => `n${index}.png`);
  const files = Object.fromEntries(names.map((name) => [name, png(name)]));
  const sets = { shop: names.map((file, index) => ({ ...entry({ file }), name: `v${index}` })) };
  await expect(load(sets, files)).rejects.toMatchObject({ issues: [{ path: ['shop', 16, 'watermark', 'file'] }] });
});

test('a set that is not valid is refused as without watermarks', async () => {
  await expect(load({ shop: 5 })).rejects.toMatchObject({ name: 'ZodError' });
  await expect(load({ shop: [entry({ file: 'a.png', place: 'middle' })] }, { 'a.png': png() })).rejects.toMatchObject({
    issues: [{ path: ['shop', 0, 'watermark', 'place'] }],
  });
  await expect(load({ shop: [entry({ place: 'top' })] })).rejects.toMatchObject({
    issues: [{ path: ['shop', 0, 'watermark', 'sha256'] }],
  });
});
