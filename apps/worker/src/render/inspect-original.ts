import type { Lane } from '@imagemill/imaging';
import type { Postponed } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { fetchOriginal } from '@imagemill/rendering';
import type { ObjectFacts } from '@imagemill/storage';
import { type CategorySpec, IMPORTED_MEDIA_TYPE, type SourceFacts, uploadEntries } from '@imagemill/variants';
import type { HeavyRun } from '../slots/heavy-slots.ts';
import type { RenderServices } from './render-services.ts';
import type { Stopwatch } from './stopwatch.ts';

interface InspectedOriginal {
  readonly outcome: 'inspected';
  readonly original: Awaited<ReturnType<typeof fetchOriginal>>;
  readonly source: SourceFacts;
  readonly lane: Lane;
}

type Inspecting = Pick<RenderServices, 'originals' | 'engine' | 'laneOf' | 'strictContentType'>;

interface Uploaded {
  readonly image: RenderImage;
  readonly facts: ObjectFacts;
  readonly category: CategorySpec;
}

interface InspectionContext {
  /** An image that has a slot for heavy ones needs none for large originals. */
  readonly heavy: Pick<HeavyRun, 'isHeavy'>;
  readonly watch: Stopwatch;
  readonly signal: AbortSignal;
}

/**
 * Downloads an original and reads its header. A large one needs a slot for that.
 *
 * @throws RejectedImageError, also if its decode would need more memory than there is; errors of `fetchOriginal` and the engine
 */
export async function inspectOriginal(
  services: Inspecting & Pick<RenderServices, 'largeOriginals'>,
  uploaded: Uploaded,
  { heavy, watch, signal }: InspectionContext,
): Promise<InspectedOriginal | Postponed> {
  if (heavy.isHeavy) return readOriginal(services, uploaded, watch, signal);
  const slot = services.largeOriginals.enter(uploaded.image.tenant, uploaded.facts.sizeBytes);
  if (slot.outcome === 'postponed') return slot;
  return readOriginal(services, uploaded, watch, signal).finally(() => slot.release());
}

async function readOriginal(
  services: Inspecting,
  { image, facts, category: { set } }: Uploaded,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<InspectedOriginal> {
  const { originals, engine } = services;
  const original = await watch.time('fetch', () => fetchOriginal(originals, image, facts, engine.limits, signal));
  const contentType = requiredType(services, image);
  const source = await watch.time('inspect', () => engine.inspect(original.bytes, { set, contentType, signal }));
  const lane = services.laneOf(original.bytes, source, set, { only: uploadEntries(set), enhance: image.enhance });
  return { outcome: 'inspected', original, source, lane };
}

/** Imports declare no type: a server can send a wrong one, and a seller names none. */
const requiredType = (
  { strictContentType }: Pick<RenderServices, 'strictContentType'>,
  { contentType }: RenderImage,
) => (strictContentType && contentType !== IMPORTED_MEDIA_TYPE ? contentType : undefined);
