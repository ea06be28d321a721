import { Moderation, moderationOf, Unchecked } from '@imagemill/manifests';
import { z } from 'zod';
import type { ImageRecord } from './image-record.ts';
import { ImageView } from './image-view.ts';

/** The seller report of an image: what was found in its original, and what its seller should know. */
export const ImageReport = ImageView.pick({
  imageId: true,
  category: true,
  filename: true,
  status: true,
  error: true,
  source: true,
  provenance: true,
  warnings: true,
}).extend({
  examined: z.enum(['nothing', 'header', 'pixels']).meta({
    description:
      'what `warnings` are based on: `nothing` before a worker has read the original, or if it is unreadable; `header` if its pixels were not examined, as for a held image',
  }),
  unchecked: z.array(Unchecked).optional().meta({
    description:
      'checks that the warnings were made without: the search for `duplicates` was skipped; missing if there are none',
  }),
  moderation: Moderation.pick({ verdict: true, by: true, at: true }).optional().meta({
    description: 'missing if its category is not moderated, or before there is a verdict',
  }),
});
export type ImageReport = z.infer<typeof ImageReport>;

/** @param view the same image as its status shows it */
export function reportOf(record: ImageRecord, view: ImageView): ImageReport {
  const { imageId, category, filename, status, error, source, provenance, warnings } = view;
  const shown = { imageId, category, filename, status, error, source, provenance, warnings };
  const manifest = record.from === 'manifest' ? record.manifest : undefined;
  const moderation = manifest && moderationOf(manifest);
  const ready = manifest?.status === 'ready' && manifest.measured ? manifest : undefined;
  return {
    ...shown,
    examined: ready ? 'pixels' : warnings ? 'header' : 'nothing',
    ...(ready?.unchecked && { unchecked: ready.unchecked }),
    ...(moderation && { moderation: { verdict: moderation.verdict, by: moderation.by, at: moderation.at } }),
  };
}
