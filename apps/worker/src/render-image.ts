import { type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import type { Manifest, Manifests } from '@imagemill/manifests';
import type { RenderContext, RenderHandler, RenderImage } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { ObjectFacts, ObjectStorage } from '@imagemill/storage';
import type { Categories } from '@imagemill/variants';
import { UnknownCategoryError } from './errors.ts';
import { fetchOriginal, type Original } from './fetch-original.ts';
import { publishRenditions } from './publish-renditions.ts';
import { createStopwatch } from './stopwatch.ts';

export interface RenderServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly engine: ImagingEngine;
  readonly categories: Categories;
  readonly cdnBaseUrl: string;
  readonly uploadGraceMs: number;
  readonly logger: Logger;
}

/**
 * The work of one job: look → fetch → inspect → render and publish → commit. Running it again is harmless: keys are
 * deterministic, renditions come out with the same bytes, and a run that finds its own manifest has nothing to do.
 */
export function createRenderImage(services: RenderServices): RenderHandler {
  const { originals, manifests, categories, logger } = services;

  return async (image, context) => {
    const facts = await originals.head(image.originalKey, context);
    if (!facts) return whenNothingIsThere(image, services.uploadGraceMs);
    const category = categories.get(image.category);
    if (!category) throw new UnknownCategoryError(image.category);

    const finished = await manifests.read(image, context);
    if (finished?.originalEtag === facts.etag) {
      if (finished.status === 'rejected') return { outcome: 'rejected', error: finished.error };
      if (finished.revision === category.revision) return { outcome: 'ready' };
    }
    try {
      const manifest = await render(services, image, facts, context);
      await manifests.publish(manifest, context);
      logger.info({ imageId: image.imageId, timingsMs: manifest.timingsMs }, 'image ready');
      return { outcome: 'ready' };
    } catch (error) {
      if (!(error instanceof RejectedImageError)) throw error;
      const rejection = { code: error.code, message: error.publicMessage };
      await manifests.publish({ ...commonFields(image, facts, context), ...rejectedFields(rejection) }, context);
      logger.info({ imageId: image.imageId, code: error.code }, 'image rejected');
      return { outcome: 'rejected', error: rejection };
    }
  };
}

function whenNothingIsThere(image: RenderImage, graceMs: number) {
  const deadline = Date.parse(image.uploadExpiresAt) + graceMs;
  return { outcome: Date.now() > deadline ? 'expired' : 'not-uploaded' } as const;
}
