import { type Moderation, readyManifest, type Subject } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { CategorySpec, FocusChoice } from '@imagemill/variants';
import { avatar, type EdgeHarness, photo } from './edge-harness.ts';

export const subjectOf = async (edge: EdgeHarness, image: RenderImage): Promise<Subject> => ({
  image,
  facts: await edge.storage.head(image.originalKey),
  attempts: 1,
});

type PublishedAs = Partial<CategorySpec> & {
  readonly hasAlpha?: boolean;
  readonly originalBytes?: number;
  readonly chosenFocus?: FocusChoice;
  readonly moderation?: Moderation;
};

/** Publishes the manifest of a finished image, as a worker does. @param set that all renditions of `revision` are made of */
export async function publishManifest(
  edge: EdgeHarness,
  image: RenderImage,
  {
    revision = avatar.revision,
    set = avatar.set,
    visibility = 'public',
    hasAlpha = false,
    originalBytes = photo.byteLength,
    chosenFocus,
    moderation,
  }: PublishedAs = {},
): Promise<void> {
  const made = {
    source: {
      format: 'jpeg' as const,
      width: 512,
      height: 512,
      orientation: 1,
      colourSpace: 'srgb',
      hasAlpha,
      frames: 1,
      bytes: originalBytes,
      sha256: 'a',
    },
    summary: { placeholder: 'p', dominantColour: '#000000' },
    set,
    revision,
    visibility,
    timingsMs: {},
    decided: { skipped: [], chosenFocus },
    done: set.map(({ name: variant, format }) => ({ variant, format, width: 1, height: 1, bytes: 1 })),
  };
  await edge.manifests.publish(readyManifest({ ...(await subjectOf(edge, image)), moderation }, made), undefined);
}
