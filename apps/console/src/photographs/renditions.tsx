import type { Image } from '@imagemill/client';
import { humanBytes } from '../ui/format.ts';

/** Live renditions, the smallest first, and empty chips for those to come, which keep the layout stable. */
export function Renditions({ image: { renditions, progress, status } }: { image: Image }) {
  if (progress.total === 0 || ['rejected', 'expired', 'failed'].includes(status)) return null;
  const toCome = Math.max(0, progress.total - renditions.length);
  const total = renditions.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <>
      <ol class="renditions" aria-label="Renditions">
        {renditions.map(({ variant, format, url, bytes }) => (
          <li key={url}>
            <a
              class={`chip ${format}`}
              href={url}
              target="_blank"
              rel="noreferrer"
              title={`${variant}, ${format}, ${humanBytes(bytes)}`}
            >
              {variant} <span class="chip-format">{format}</span>
            </a>
          </li>
        ))}
        {Array.from({ length: toCome }, (_, index) => (
          <li key={index} class="chip to-come" aria-hidden="true" />
        ))}
      </ol>
      <p class="quiet">
        {renditions.length} of {progress.total} renditions{total > 0 && `, ${humanBytes(total)}`}
      </p>
    </>
  );
}
