import type { ImagingEngine } from '@imagemill/imaging';
import { type SourceFacts, VariantSet } from '@imagemill/variants';

/** A small JPEG for moderation; width and height in pixels. */
export interface Preview {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Large enough for classifiers, which use 224 to 448 pixels, and for a person to see what is shown. */
const SIDE_MAX = 512;

const previewSet = VariantSet.parse([
  { name: 'preview', width: SIDE_MAX, height: SIDE_MAX, fit: 'inside', format: 'jpeg', quality: 80 },
]);

/**
 * Makes the preview in an engine process, by a decode of its own that is shrunk on load. A picture that is decoded for all renditions would
 * hold its process and memory until the service has answered.
 *
 * @throws as the engine does: RejectedImageError if the picture cannot be decoded
 */
export async function makePreview(
  engine: ImagingEngine,
  bytes: Uint8Array,
  source: SourceFacts,
  signal: AbortSignal,
): Promise<Preview> {
  const picture = await engine.decode(bytes, source, previewSet, { signal });
  try {
    const [rendered] = await Array.fromAsync(picture.render({ signal }));
    if (!rendered) throw new Error('The engine rendered no preview.');
    const { data, width, height } = rendered;
    return { jpeg: data, width, height };
  } finally {
    picture.close();
  }
}
