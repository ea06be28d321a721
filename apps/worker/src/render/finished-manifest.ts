import type { RejectedImageError } from '@imagemill/imaging';
import type { FinishedManifest } from '@imagemill/manifests';
import type { RenderImage, RenderProgress } from '@imagemill/queue';
import type { ObjectFacts } from '@imagemill/storage';
import { publicUrl, renditionKey, type SourceFacts, type VariantSet } from '@imagemill/variants';

/** A job's image and the original that the job found. A rejected import may have no original. */
export interface Subject {
  readonly image: RenderImage;
  facts: ObjectFacts | undefined;
  readonly attempts: number;
}

interface Rendered {
  readonly source: SourceFacts & { readonly sha256: string };
  readonly summary: { readonly placeholder: string; readonly dominantColour: string };
  readonly set: VariantSet;
  readonly revision: string;
  readonly done: readonly RenderProgress['done'][number][];
}

/** The manifest of an image with all renditions in the CDN bucket, listed in the order of the variant set. */
export function readyManifest(
  subject: Subject,
  rendered: Rendered,
  options: { cdnBaseUrl: string; timingsMs: Record<string, number> },
): FinishedManifest {
  const { imageId } = subject.image;
  const { set, revision, source, summary } = rendered;
  const published = new Map(rendered.done.map((rendition) => [`${rendition.variant}.${rendition.format}`, rendition]));
  const renditions = set.flatMap(({ name, format }) => {
    const rendition = published.get(`${name}.${format}`);
    const key = renditionKey({ imageId, revision, variant: name, format });
    return rendition ? [{ ...rendition, url: publicUrl(options.cdnBaseUrl, key) }] : [];
  });
  return {
    ...common(subject),
    status: 'ready',
    revision,
    source,
    ...summary,
    renditions,
    readyAt: new Date().toISOString(),
    timingsMs: options.timingsMs,
  };
}

/** The manifest of a rejected image, with the reason for its seller. */
export function rejectedManifest(
  subject: Subject,
  { code, publicMessage }: Pick<RejectedImageError, 'code' | 'publicMessage'>,
): FinishedManifest {
  return {
    ...common(subject),
    status: 'rejected',
    error: { code, message: publicMessage },
    rejectedAt: new Date().toISOString(),
  };
}

function common({ image, facts, attempts }: Subject) {
  const { imageId, tenant, category, originalKey, metadata, createdAt } = image;
  const filename = image.filename ?? decodedName(facts?.metadata.filename ?? '');
  return {
    manifestVersion: 1,
    imageId,
    tenant,
    category,
    originalKey,
    filename,
    metadata,
    attempts,
    createdAt,
    originalEtag: facts?.etag ?? '',
  } as const;
}

/** The name is not encoded if the object was stored by hand. */
function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
