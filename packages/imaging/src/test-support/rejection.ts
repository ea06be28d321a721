import type { RejectionCode } from '../errors.ts';
import { RejectedImageError } from '../index.ts';
import { type Engine, engineOf, renderSet, variantSet } from './render.ts';

/** The outcome for a file: `rendered`, or the code of its rejection; any other error fails the test. */
export async function outcomeOf(bytes: Uint8Array, options?: Engine): Promise<RejectionCode | 'rendered'> {
  const tiny = { width: 16, height: 16 };
  const set = variantSet({ ...tiny, format: 'png' }, { ...tiny, format: 'webp', animated: true });
  return resultOf(renderSet(bytes, set, options));
}

/** The outcome of reading only the header. */
export async function inspectionOf(bytes: Uint8Array, options?: Engine, contentType?: string) {
  const engine = await engineOf(options);
  return resultOf(engine.inspect(bytes, { contentType }));
}

async function resultOf(work: Promise<unknown>): Promise<RejectionCode | 'rendered'> {
  try {
    await work;
    return 'rendered';
  } catch (error) {
    if (error instanceof RejectedImageError) return error.code as RejectionCode;
    throw error;
  }
}
