import { describe, expect, test } from 'vitest';
import {
  defaultSizeSteps,
  Fit,
  Format,
  isOpenSize,
  OpenSizes,
  parseSizeQuery,
  planRenditions,
  renderedSize,
  sizeName,
  variantOfSize,
  withinOriginal,
} from '../index.ts';

const sizeOf = (query: string) => {
  const parsed = parseSizeQuery(query);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed;
};
const nameOf = (query: string, format: Format = 'webp', steps: readonly number[] | undefined = defaultSizeSteps) =>
  sizeName(renderedSize(sizeOf(query).size, steps), format);

describe('a size', () => {
  test.each([
    ['', 'w or h is required'],
    ['?fit=inside', 'w or h is required'],
    ['w=0', 'w must be a whole number from 1 to 16383'],
    ['w=16384', 'w must be'],
    ['w=99999999999999999999', 'w must be'],
    ['w=-1', 'w must be'],
    ['w=1e3', 'w must be'],
    ['w=0x10', 'w must be'],
    ['w=+30', 'w must be'],
    ['w=030', 'w must be'],
    ['w=30.0', 'w must be'],
    ['w=%2030', 'w must be'],
    ['w=30%00', 'w must be'],
    ['w=３０', 'w must be'],
    ['w=%D9%A3%D9%A0', 'w must be'],
    ['w=', 'w must be'],
    ['w=30&w=30', 'w is given twice'],
    ['w=30&%77=40', 'w is given twice'],
    ['w=30&s=a&s=b', 's is given twice'],
    ['w=30&fit=cover', 'fit=cover needs w and h'],
    ['h=30&fit=contain', 'fit=contain needs w and h'],
    ['w=30&fit=fill', 'fit=fill needs w and h'],
    ['w=30&fit=outside', 'fit=outside needs w and h'],
    ['w=30&fit=COVER', 'fit must be one of inside, cover, contain, fill, outside'],
    ['w=30&h=30&fit=contain&focus=entropy', 'focus needs fit=cover'],
    ['w=30&f=gif', 'f must be one of auto, avif, webp, jpeg, png'],
    ['w=30&q=0', 'q must be'],
    ['w=30&q=101', 'q must be'],
    ['w=30&dpr=4', 'dpr must be one of'],
    ['w=30&dpr=01', 'dpr must be one of'],
    ['w=30&focus=attention', 'focus needs fit=cover'],
    ['w=30&h=30&focus=face', 'focus must be one of'],
    ['w=30&h=30&bg=ffffff', 'bg needs fit=contain'],
    ['w=30&bg=auto', 'bg needs fit=contain'],
    ['w=30&bg=blur', 'bg needs fit=contain'],
    ['w=30&h=30&fit=contain&bg=%23ffffff', 'bg must be a colour as rrggbb'],
    ['w=30&h=30&fit=contain&bg=FFFFFF', 'bg must be a colour as rrggbb'],
    ['w=30&h=30&fit=contain&bg=fff', 'bg must be a colour as rrggbb'],
    ['w=30&h=30&fit=contain&bg=white', 'bg must be a colour as rrggbb'],
    ['w=30&h=30&fit=contain&f=jpeg&bg=transparent', 'bg=transparent needs a format with transparency'],
    ['w=30&exp=1', 'exp must be'],
    ['w=30&kid=a/b', 'kid must be'],
    ['w=30&kid=a&s=short', 's must be 43 characters'],
    [`w=30&kid=a&s=${'A'.repeat(42)}B`, 's must be 43 characters'],
    [`w=30&${'x'.repeat(2048)}`, 'longer than 2048 characters'],
  ])('is refused with the query %j', (query, message) => {
    expect(parseSizeQuery(query)).toEqual({
      ok: false,
      code: 'invalid-size',
      message: expect.stringContaining(message),
    });
  });

  test.each([`w=30&s=${'A'.repeat(43)}`, 'w=30&kid=a', 'w=30&exp=1893456000'])(
    'is refused with a part of a signature: %s',
    (query) => {
      expect(parseSizeQuery(query)).toMatchObject({ ok: false, code: 'signature-required' });
    },
  );

  test('has the same canonical form for every spelling of its defaults', () => {
    const spellings = ['w=300&h=200', 'h=200&w=300&fit=cover', 'w=300&h=200&q=80', 'w=300&h=200&dpr=1&focus=centre'];
    expect(new Set(spellings.map((query) => nameOf(query)))).toEqual(new Set(['w300_h200_cover_q80']));
    expect(nameOf('w=150&h=100&dpr=2')).toBe('w300_h200_cover_q80');
    expect(nameOf('w=300&utm=1&v=abc')).toBe('w300_inside_q80');
    expect(nameOf('w=300&q=33', 'png')).toBe('w300_inside');
    expect(nameOf('w=300&h=200&focus=entropy', 'avif')).toBe('w300_h200_cover_q60_entropy');
    expect(nameOf('w=300&h=200&focus=focus', 'avif')).toBe('w300_h200_cover_q60_focus');
  });

  test.each([
    ['w=301', 'w320_inside_q80'],
    ['w=16383&dpr=3', 'w3840_inside_q80'],
    ['h=301', 'h320_inside_q80'],
    ['w=301&h=150', 'w320_h159_cover_q80'],
    ['w=301&h=150&fit=contain', 'w320_h159_contain_q80'],
    ['w=64&h=64&fit=contain&bg=ffffff', 'w64_h64_contain_q80'],
    ['w=64&h=64&fit=contain&bg=f4f1ea', 'w64_h64_contain_q80_bg-f4f1ea'],
    ['w=64&h=64&fit=contain&bg=auto', 'w64_h64_contain_q80_bg-auto'],
    ['w=64&h=64&fit=contain&bg=blur', 'w64_h64_contain_q80_bg-blur'],
    ['w=64&h=64&fit=contain&bg=transparent', 'w64_h64_contain_q80_bg-transparent'],
    ['w=301&h=150&fit=fill', 'w320_h159_fill_q80'],
    ['w=301&h=150&fit=outside', 'w320_h159_outside_q80'],
    ['w=1&h=16383', 'w1_h3840_cover_q80'],
    ['w=1', 'w16_inside_q80'],
    ['w=300&q=1', 'w300_inside_q5'],
    ['w=300&q=78', 'w300_inside_q80'],
    ['w=300&q=100', 'w300_inside_q100'],
  ])('%s moves to the allowed steps: %s', (query, name) => {
    expect(nameOf(query)).toBe(name);
  });

  test('of any box has a picture of at most the size of the original, and is a valid entry', () => {
    const sizes = ['w=16383&h=16383', 'w=3000', 'h=3000', 'w=1&h=1'].concat(
      Fit.options.map((fit) => `w=3000&h=10&fit=${fit}`),
    );
    for (const query of sizes) {
      for (const format of Format.options) {
        const [plan] = planRenditions({ width: 90, height: 40 }, [
          variantOfSize(renderedSize(sizeOf(query).size, defaultSizeSteps), format),
        ]);
        expect(plan?.whole.width).toBeLessThanOrEqual(90);
        expect(plan?.whole.height).toBeLessThanOrEqual(40);
      }
    }
  });
});

test('a size above the original has the name and the plan of the largest one that it has', () => {
  const source = { width: 90, height: 40 };
  for (const [query, name] of [
    ['w=300', 'w90_inside_q80'],
    ['h=300', 'h40_inside_q80'],
    ['w=64&h=300&fit=inside', 'w64_h40_inside_q80'],
    ['w=300&h=300', 'w40_h40_cover_q80'],
    ['w=300&h=200&focus=attention', 'w60_h40_cover_q80_attention'],
    ['w=48&h=24', 'w48_h24_cover_q80'],
    ['w=48', 'w48_inside_q80'],
  ] as const) {
    const asked = renderedSize(sizeOf(query).size, defaultSizeSteps);
    const clamped = withinOriginal(asked, source);
    expect(sizeName(clamped, 'webp')).toBe(name);
    const [before, after] = [asked, clamped].map((size) => {
      const [plan] = planRenditions(source, [variantOfSize(size, 'webp')]);
      return plan && { ...plan, variant: undefined };
    });
    expect(after).toEqual(before);
  }
});

describe('open sizes', () => {
  const open = OpenSizes.parse('300x300:cover, 800x600:inside,');
  const isOpen = (query: string) => isOpenSize(open, sizeOf(query));

  test.each(['w=300&h=300', 'w=300&h=300&fit=cover', 'h=300&w=300&f=webp', 'w=800&h=600&fit=inside&f=auto&x=1'])(
    'include %s',
    (query) => {
      expect(isOpen(query)).toBe(true);
    },
  );

  test.each([
    'w=300&h=301',
    'w=300',
    'w=300&h=300&fit=inside',
    'w=800&h=600',
    'w=300&h=300&q=80',
    'w=300&h=300&dpr=1',
    'w=300&h=300&focus=centre',
    'w=300&h=300&fit=contain&bg=auto',
  ])('do not include %s', (query) => {
    expect(isOpen(query)).toBe(false);
  });

  test.each(['300x300', '300:cover', '0x1:cover', '300x300:round', '99999x1:inside'])(
    'cannot be configured as %s',
    (text) => {
      expect(OpenSizes.safeParse(text).success).toBe(false);
    },
  );
});
