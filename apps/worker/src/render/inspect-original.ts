import type { Lane } from '@imagemill/imaging';
import type { RenderImage } from '@imagemill/records';
import { fetchOriginal } from '@imagemill/rendering';
import type { ObjectFacts } from '@imagemill/storage';
import { type CategorySpec, IMPORTED_MEDIA_TYPE, type SourceFacts, uploadEntries } from '@imagemill/variants';
import type { RenderServices } from './render-services.ts';
import type { Stopwatch } from './stopwatch.ts';

interface InspectedOriginal {
  readonly original: Awaited<ReturnType<typeof fetchOriginal>>;
  readonly source: SourceFacts;
  readonly lane: Lane;
}

/**
 * Downloads an original and reads its header.
 *
 * @throws RejectedImageError, also if its decode would need more memory than there is; errors of `fetchOriginal` and the engine
 */
export async function inspectOriginal(
  services: Pick<RenderServices, 'originals' | 'engine' | 'laneOf' | 'strictContentType'>,
  { image, facts, category: { set } }: { image: RenderImage; facts: ObjectFacts; category: CategorySpec },
  { watch, signal }: { watch: Stopwatch; signal: AbortSignal },
): Promise<InspectedOriginal> {
  const { originals, engine } = services;
  const original = await watch.time('fetch', () => fetchOriginal(originals, image, facts, engine.limits, signal));
  const contentType = requiredType(services, image);
  const source = await watch.time('inspect', () => engine.inspect(original.bytes, { set, contentType, signal }));
  const lane = services.laneOf(original.bytes, source, set, { only: uploadEntries(set), enhance: image.enhance });
  return { original, source, lane };
}

/** Imports declare no type: a server can send a wrong one, and a seller names none. */
const requiredType = (
  { strictContentType }: Pick<RenderServices, 'strictContentType'>,
  { contentType }: RenderImage,
) => (strictContentType && contentType !== IMPORTED_MEDIA_TYPE ? contentType : undefined);
