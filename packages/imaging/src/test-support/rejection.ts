import type { RejectionCode } from '../errors.ts';
import { RejectedImageError } from '../index.ts';
import { type Engine, engineOf, renderSet, variantSet } from './render.ts';

/** How a file ends: `rendered`, or the code that it is rejected with; any other error is a failure of the test. */
export async function fateOf(bytes: Uint8Array, options?: Engine): Promise<RejectionCode | 'rendered'> {
  const tiny = { width: 16, height: 16 };
  const set = variantSet({ ...tiny, format: 'png' }, { ...tiny, format: 'webp', animated: true });
  return outcomeOf(renderSet(bytes, set, options));
}

/** The same from the header alone. */
export async function inspectionOf(bytes: Uint8Array, options?: Engine, contentType?: string) {
  const engine = await engineOf(options);
  return outcomeOf(engine.inspect(bytes, { contentType }));
}

async function outcomeOf(work: Promise<unknown>): Promise<RejectionCode | 'rendered'> {
  try {
    await work;
    return 'rendered';
  } catch (error) {
    if (error instanceof RejectedImageError) return error.code as RejectionCode;
    throw error;
  }
}
