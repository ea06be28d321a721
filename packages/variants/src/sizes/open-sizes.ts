import { z } from 'zod';
import { Fit } from '../variant-fields.ts';
import type { SizeQuery } from './size-query.ts';

const side = z.int().max(16_383);
const OpenSize = z
  .string()
  .regex(/^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}:[a-z]+$/, 'must be width x height : fit, such as 300x300:cover')
  .transform((text) => {
    const [w, h, fit] = text.split(/[x:]/);
    return { w: Number(w), h: Number(h), fit };
  })
  .pipe(z.object({ w: side, h: side, fit: Fit }));
export type OpenSize = z.output<typeof OpenSize>;

/** Parses `300x300:cover,…`: the sizes that need no signature. */
export const OpenSizes = z
  .string()
  .transform((text) => text.split(',').flatMap((entry) => entry.trim() || []))
  .pipe(z.array(OpenSize).max(100));

/** All that may be given for an open size. */
const open: ReadonlySet<string> = new Set(['w', 'h', 'fit', 'f']);

/** Whether a request asks for exactly an open size: only its format may vary. */
export const isOpenSize = (sizes: readonly OpenSize[], { size, given }: Extract<SizeQuery, { ok: true }>): boolean =>
  [...given].every((name) => open.has(name)) &&
  sizes.some(({ w, h, fit }) => w === size.w && h === size.h && fit === size.fit);
