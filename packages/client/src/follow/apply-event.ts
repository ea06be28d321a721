import type { Image, Rendition } from '../types.ts';

export const isFinal = (status: string): boolean =>
  ['ready', 'rejected', 'failed', 'expired', 'deleted'].includes(status);

/** The image after an event of its stream; undefined for an unknown event. */
export function applyEvent(image: Image | undefined, name: string, data: unknown): Image | undefined {
  if (name !== 'rendition') return name === 'status' || isFinal(name) ? (data as Image) : undefined;
  if (!image) return undefined;
  const added = data as Rendition;
  const others = image.renditions.filter(({ variant, format }) => variant !== added.variant || format !== added.format);
  const renditions = [...others, added];
  return {
    ...image,
    renditions,
    progress: { ...image.progress, done: renditions.filter(({ planned }) => !planned).length },
  };
}
