import { describe, expect, test } from 'vitest';
import {
  isSurelyPrivate,
  isSurelyPublic,
  loadCategories,
  moderatedCategories,
  privateCategories,
  type Variant,
  VariantSet,
  variantSets,
} from './index.ts';

const box = { name: 'card', width: 300, height: 300, fit: 'cover', format: 'webp', quality: 80 } as const;
const parse = (...entries: object[]) => VariantSet.safeParse(entries);
const shape = (set: readonly Variant[] = []) =>
  set.map(({ name, width, height, fit, shape, format }) => `${name} ${width}×${height} ${fit} ${shape} ${format}`);

describe('the standard sets', () => {
  test('product makes the twelve documented renditions', () => {
    expect(shape(variantSets().get('product'))).toEqual([
      'thumb 150×150 cover rectangle avif',
      'thumb 150×150 cover rectangle webp',
      'small 300×300 inside rectangle avif',
      'small 300×300 inside rectangle webp',
      'medium 600×600 inside rectangle avif',
      'medium 600×600 inside rectangle webp',
      'large 1200×1200 inside rectangle avif',
      'large 1200×1200 inside rectangle webp',
      'large 1200×1200 inside rectangle jpeg',
      'retina 2400×2400 inside rectangle avif',
      'retina 2400×2400 inside rectangle webp',
      'og 1200×630 cover rectangle jpeg',
    ]);
  });

  test('avatar makes the thirteen documented renditions', () => {
    expect(shape(variantSets().get('avatar'))).toEqual([
      'small 48×48 cover rectangle avif',
      'small 48×48 cover rectangle webp',
      'medium 128×128 cover rectangle avif',
      'medium 128×128 cover rectangle webp',
      'large 256×256 cover rectangle avif',
      'large 256×256 cover rectangle webp',
      'large 256×256 cover rectangle jpeg',
      'round-small 100×100 cover circle webp',
      'round-small 100×100 cover circle png',
      'round-medium 200×200 cover circle webp',
      'round-medium 200×200 cover circle png',
      'round-large 400×400 cover circle webp',
      'round-large 400×400 cover circle png',
    ]);
  });
});

describe('a variant set', () => {
  test('rejects two entries with the same name and format, and names them', () => {
    const parsed = parse(box, { ...box, format: 'avif' }, { ...box, width: 200 });
    expect(parsed.error?.issues).toMatchObject([{ path: [2], message: 'card.webp is in the set twice' }]);
  });

  test('has an entry that is made at the upload', () => {
    const entry = { name: 'a', width: 9, height: 9, fit: 'inside', format: 'webp', quality: 80, when: 'request' };
    const rejected = VariantSet.safeParse([entry, { ...entry, name: 'b' }]);
    expect(rejected.error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining('at the upload')]);
    const accepted = VariantSet.parse([entry, { ...entry, name: 'b', when: undefined }]);
    expect(accepted.map(({ when }) => when)).toEqual(['request', 'upload']);
  });

  test('accepts sides up to the limit of webp in every format, and names the limit if one is longer', () => {
    for (const format of ['avif', 'webp', 'jpeg', 'png']) {
      expect(parse({ ...box, format, width: 16_383, height: 16_383 }).success, format).toBe(true);
      expect(parse({ ...box, format, width: 16_384 }).error?.issues).toMatchObject([
        { path: [0, 'width'], message: 'must be at most 16,383 pixels, the limit of webp' },
      ]);
    }
  });

  test.each([
    ['an empty set', []],
    ['a width of zero', [{ ...box, width: 0 }]],
    ['a fractional width', [{ ...box, width: 10.5 }]],
    ['a side longer than the limit of webp', [{ ...box, height: 16_384 }]],
    ['an unknown format', [{ ...box, format: 'heic' }]],
    ['a quality over 100', [{ ...box, quality: 101 }]],
    ['a name that is not a path segment', [{ ...box, name: '../etc' }]],
    ['an unknown field', [{ ...box, blur: 3 }]],
    ['a circle in a non-square box', [{ ...box, shape: 'circle', width: 200 }]],
    ['a circle in a format without transparency', [{ ...box, shape: 'circle', format: 'jpeg' }]],
    ['an avif effort above 4', [{ ...box, format: 'avif', effort: 5 }]],
    ['a webp effort above 6', [{ ...box, effort: 7 }]],
    ['an effort for a format that has none', [{ ...box, format: 'jpeg', effort: 1 }]],
    ...['focus', 'face', 'attention', 'entropy'].flatMap((position) =>
      ['inside', 'contain', 'fill', 'outside'].map((fit): [string, object[]] => [
        `the position ${position} with fit ${fit}, which does not crop`,
        [{ ...box, fit, position }],
      ]),
    ),
    ['an animation cropped around a focus', [{ ...box, animated: true, position: 'focus' }]],
    ['an animation cropped by content', [{ ...box, animated: true, position: 'attention' }]],
    ['keeping metadata that is not allowed', [{ ...box, keepMetadata: ['gps'] }]],
    ['an empty list of kept metadata', [{ ...box, keepMetadata: [] }]],
    ['an animated jpeg', [{ ...box, animated: true, format: 'jpeg' }]],
  ])('rejects %s', (_case, entries) => {
    expect(parse(...entries).success).toBe(false);
  });
});

describe('a background', () => {
  const issuesOf = (entry: object) => parse({ ...box, ...entry }).error?.issues;
  const contain = { fit: 'contain' };

  test.each([
    ['a colour', { background: '#00ff7f' }],
    ['a colour beside the picture', { ...contain, background: '#00ff7f' }],
    ['transparent', { ...contain, background: 'transparent' }],
    ['the colour of the border', { ...contain, background: 'auto' }],
    ['the colour of the border in jpeg', { ...contain, background: 'auto', format: 'jpeg' }],
    ['a blurred copy', { ...contain, background: 'blur' }],
    ['a blurred copy in jpeg', { ...contain, background: 'blur', format: 'jpeg' }],
  ])('can be %s', (_what, entry) => {
    expect(issuesOf(entry)).toBeUndefined();
  });

  test.each([
    ['a name of a colour', { ...contain, background: 'white' }, 'must be a colour'],
    ['upper case', { background: '#FFFFFF' }, 'must be a colour'],
    ['transparent in jpeg', { ...contain, background: 'transparent', format: 'jpeg' }, 'jpeg has no transparency'],
    ['transparent without padding', { background: 'transparent' }, 'need fit "contain"'],
    ['the colour of the border without padding', { background: 'auto' }, 'need fit "contain"'],
    ['a blurred copy without padding', { background: 'blur' }, 'need fit "contain"'],
    ['a blurred copy behind an animation', { ...contain, background: 'blur', animated: true }, 'an animation cannot'],
  ])('cannot be %s', (_what, entry, message) => {
    expect(issuesOf(entry)).toMatchObject([{ path: [0, 'background'], message: expect.stringContaining(message) }]);
  });
});

describe('padding', () => {
  test.each([
    ['of zero', { fit: 'contain', padding: 0 }, 'padding'],
    ['of half of the box', { fit: 'contain', padding: 150 }, 'padding'],
    ['of half of the shorter side', { fit: 'inside', width: 300, height: 100, padding: 50 }, 'padding'],
    ['of a crop', { padding: 10 }, 'padding'],
    ['of a distorted picture', { fit: 'fill', padding: 10 }, 'padding'],
    ['of an outside', { fit: 'outside', padding: 10 }, 'padding'],
    ['without colour in jpeg', { fit: 'inside', padding: 10, background: 'transparent', format: 'jpeg' }, 'background'],
  ])('%s is rejected', (_what, entry, path) => {
    expect(parse({ ...box, ...entry }).error?.issues).toMatchObject([{ path: [0, path] }]);
  });

  test('may be transparent, have the colour of the border, or show a blurred copy', () => {
    for (const background of ['transparent', 'auto', 'blur', '#000000']) {
      expect(parse({ ...box, fit: 'inside', padding: 149, background }).success, background).toBe(true);
    }
  });
});

test.each([
  ['of nothing', { trim: 0 }],
  ['of more than a quarter of the range', { trim: 65 }],
  ['of an animation', { trim: 10, animated: true }],
  ['of a distorted picture', { trim: 10, fit: 'fill' }],
  ['of an outside', { trim: 10, fit: 'outside' }],
])('a trim %s is rejected', (_what, entry) => {
  expect(parse({ ...box, ...entry }).error?.issues).toMatchObject([{ path: [0, 'trim'] }]);
});

test.each([
  ['in another format', { format: 'webp' }],
  ['with a trim', { trim: 10 }],
  ['at the salient part', { position: 'attention' }],
  ['at the detailed part', { position: 'entropy' }],
])('a gain map %s is rejected', (_what, entry) => {
  const jpeg = { ...box, format: 'jpeg', hdr: 'gain-map' };
  expect(parse(jpeg).success).toBe(true);
  expect(parse({ ...jpeg, ...entry }).error?.issues).toMatchObject([{ path: [0, 'hdr'] }]);
});

test('an animation cannot be sharpened', () => {
  expect(parse({ ...box, animated: true, sharpen: true }).error?.issues).toMatchObject([{ path: [0, 'sharpen'] }]);
  expect(parse({ ...box, animated: true, sharpen: false }).success).toBe(true);
});

describe("an operator's own sets", () => {
  test('are added to the standard sets', () => {
    expect([...variantSets({ banner: [box] }).keys()]).toEqual(['product', 'avatar', 'banner']);
  });

  test('replace a standard set of the same name', () => {
    expect(shape(variantSets({ product: [box] }).get('product'))).toEqual(['card 300×300 cover rectangle webp']);
  });

  test('are all rejected if one entry is invalid, and the error has its path', () => {
    expect(() => variantSets({ banner: [box, { ...box, format: 'bmp' }] })).toThrow(/banner[\s\S]*1[\s\S]*format/);
  });
});

describe('the visibility of a category', () => {
  const other = { ...box, quality: 81 };

  test('is public, unless it says otherwise', async () => {
    const categories = await loadCategories({
      plain: [box],
      open: { variants: [box] },
      also: { visibility: 'public', variants: [box] },
      papers: { visibility: 'signed', variants: [box] },
    });
    expect(privateCategories(categories)).toEqual(['papers']);
    expect(['plain', 'open', 'also'].map((name) => categories.get(name)?.visibility)).toEqual(Array(3).fill('public'));
    expect(shape(categories.get('papers')?.set)).toEqual(shape(categories.get('plain')?.set));
  });

  test('changes the revision, and only its own', async () => {
    const [before, after] = await Promise.all([
      loadCategories({ papers: [box], shots: [box] }),
      loadCategories({ papers: { visibility: 'signed', variants: [box] }, shots: [box] }),
    ]);
    const [was, is] = [before, after].map((categories) => categories.get('papers'));
    expect(is?.revision).not.toBe(was?.revision);
    expect(is?.publicRevision).toBe(was?.revision);
    expect(after.get('shots')).toEqual(before.get('shots'));
  });

  test('decides whether a revision alone shows that an image is public', async () => {
    const categories = await loadCategories({
      papers: { visibility: 'signed', variants: [box] },
      shots: [box],
      others: [other],
    });
    const revisionOf = (name: string) => categories.get(name)?.revision ?? '';
    const revisions = ['product', 'others', 'shots', 'papers'].map(revisionOf);
    expect(revisions.map((revision) => isSurelyPublic(categories, revision))).toEqual([true, true, false, false]);
    expect(revisions.map((revision) => isSurelyPrivate(categories, revision))).toEqual([false, false, false, true]);
    expect(isSurelyPublic(categories, 'aaaaaaaaaaaa')).toBe(false);
    expect(isSurelyPublic(await loadCategories({ shots: [box] }), 'aaaaaaaaaaaa')).toBe(true);
  });

  test('is moderated only if it says so, with the same revision, and a standard category keeps its variants', async () => {
    const [plain, moderated] = await Promise.all([
      loadCategories({ shots: [box] }),
      loadCategories({ shots: { moderation: true, variants: [box] }, avatar: { moderation: true } }),
    ]);
    expect([moderatedCategories(plain), moderatedCategories(moderated)]).toEqual([[], ['avatar', 'shots']]);
    for (const name of ['shots', 'avatar']) {
      expect(moderated.get(name)).toEqual({ ...plain.get(name), isModerated: true });
    }
  });

  test.each<[string, unknown, string]>([
    ['a moderation that is not a boolean', { moderation: 'on', variants: [box] }, 'papers.moderation'],
    ['another visibility', { visibility: 'secret', variants: [box] }, 'papers.visibility'],
    ['no variants', { visibility: 'signed' }, 'papers.variants'],
    ['an unknown field', { visibility: 'signed', variants: [box], ttl: 5 }, 'papers'],
    [
      'an invalid variant',
      { visibility: 'signed', variants: [box, { ...box, format: 'bmp' }] },
      'papers.variants.1.format',
    ],
    ['null', null, 'papers'],
    ['a word', 'signed', 'papers'],
  ])('rejects %s, and names its path', async (_what, papers, path) => {
    const loaded = loadCategories({ papers });
    await expect(loaded).rejects.toMatchObject({
      issues: [
        expect.objectContaining({ path: path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) }),
      ],
    });
  });
});
