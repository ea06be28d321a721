import { readdir, readFile } from 'node:fs/promises';
import { planRenditions, Variant } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';

const document = await readFile(new URL('../docs/variants.md', import.meta.url), 'utf8');

const example = /^\|(?: (\d+) \|)? `(\w+)` \| (\d+) × (\d+) \| (\d+) × (\d+) \| (\d+ × \d+) \| (\d+ × \d+) \|$/gm;
const examples = [...document.matchAll(example)].map(([, padding, fit, W, H, w, h, rendition, picture]) => ({
  fit,
  padding: padding === undefined ? undefined : Number(padding),
  source: { width: Number(W), height: Number(H) },
  box: { width: Number(w), height: Number(h) },
  expected: { rendition, picture },
}));

test('docs/variants.md has examples of every fit', () => {
  expect(new Set(examples.map(({ fit }) => fit))).toEqual(new Set(Variant.shape.fit.options));
});

test.each(examples)(
  'docs/variants.md has the size of $fit of $source in $box',
  ({ fit, padding, source, box, expected }) => {
    const variant = Variant.parse({ name: 'example', ...box, fit, padding, format: 'webp', quality: 80 });
    const text = ({ width, height }: { width: number; height: number }) => `${width} × ${height}`;
    const plans = planRenditions(source, [variant]);
    expect(plans.map((plan) => ({ rendition: text(plan), picture: text(plan.whole) }))).toEqual([expected]);
  },
);

describe('the table of fields in docs/variants.md', () => {
  test('has every field of an entry', () => {
    const table = document.slice(document.indexOf('| field |'), document.indexOf('## Fits'));
    const rows = [...table.matchAll(/^\| (`.+?`) \| /gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(rows.toSorted()).toEqual(Object.keys(Variant.shape).toSorted());
  });
});

describe('the pictures in docs/variants.md', () => {
  const shown = [...document.matchAll(/\]\(images\/options\/([\w-]+)\.webp\)/g)].map(([, name = '']) => name);
  const { fit, shape, position } = Variant.shape;
  const valuesOf = (field: string, options: readonly string[]) => options.map((value) => `${field}-${value}`);

  test.each([
    ...valuesOf('fit', fit.options),
    ...valuesOf('shape', shape.unwrap().options),
    ...valuesOf('position', position.unwrap().options),
    ...valuesOf('colour', ['srgb', 'p3']),
    ...valuesOf('background', ['transparent']),
  ])('show %s', (value) => {
    expect(shown.filter((name) => name === value || name.startsWith(`${value}-`))).not.toEqual([]);
  });

  test('show every field that changes the pixels', () => {
    // The effort changes the bytes of a lossy file, hardly its pixels; texts that are kept have a table.
    const without = ['name', 'width', 'height', 'format', 'effort', 'when', 'keepMetadata'];
    const fields = Object.keys(Variant.shape).filter((field) => !without.includes(field));
    expect(fields.filter((field) => !shown.some((name) => name.startsWith(`${field}-`)))).toEqual([]);
  });

  test('are those that were drawn', async () => {
    const drawn = (await readdir(new URL('../docs/images/options/', import.meta.url)))
      .filter((name) => name.endsWith('.webp'))
      .map((name) => name.replace('.webp', ''));
    expect([...new Set(shown)].toSorted()).toEqual(drawn.toSorted());
  });
});
