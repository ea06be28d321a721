import type { RejectedImageError } from '@imagemill/imaging';
import type { FinishedManifest } from '@imagemill/manifests';
import type { RenderImage, RenderProgress } from '@imagemill/queue';
import type { ObjectFacts } from '@imagemill/storage';
import { publicUrl, renditionKey, type SourceFacts, type VariantSet } from '@imagemill/variants';

/** One job's image, and the very original that the job found; an import may have ended without one. */
export interface Subject {
  readonly image: RenderImage;
  facts: ObjectFacts | undefined;
  readonly attempts: number;
}

/** What a render made. */
interface Made {
  readonly source: SourceFacts & { readonly sha256: string };
  readonly summary: { readonly placeholder: string; readonly dominantColour: string };
  readonly set: VariantSet;
  readonly revision: string;
  readonly done: readonly RenderProgress['done'][number][];
}

/** The manifest of an image whose renditions are all in the CDN bucket; they are listed in the set's order. */
export function readyManifest(
  subject: Subject,
  made: Made,
  options: { cdnBaseUrl: string; timingsMs: Record<string, number> },
): FinishedManifest {
  const { imageId } = subject.image;
  const { set, revision, source, summary } = made;
  const published = new Map(made.done.map((rendition) => [`${rendition.variant}.${rendition.format}`, rendition]));
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

/** The manifest of an image that can never succeed, with the reason that its seller is told. */
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

/** Whoever stored the object by hand may not have encoded its name. */
function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
