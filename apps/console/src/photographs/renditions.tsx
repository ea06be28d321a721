import type { Image } from '@imagemill/client';
import { humanBytes } from '../ui/format.ts';

/** Live renditions, the smallest first, those that are made on request, and empty chips for those to come, which keep the layout stable. */
export function Renditions({ image: { renditions, progress, status } }: { image: Image }) {
  if (progress.total === 0 || ['rejected', 'held', 'expired', 'failed'].includes(status)) return null;
  const live = renditions.filter(({ planned }) => !planned).length;
  const toCome = Math.max(0, progress.total - live);
  const total = renditions.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return (
    <>
      <ol class="renditions" aria-label="Renditions">
        {renditions.map(({ variant, format, url, bytes }) => (
          <li key={`${variant}.${format}`}>
            <a
              class={bytes === null ? `chip ${format} on-request` : `chip ${format}`}
              href={url}
              target="_blank"
              rel="noreferrer"
              title={`${variant}, ${format}, ${bytes === null ? 'made on its first request' : humanBytes(bytes)}`}
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
        {live} of {progress.total} renditions{total > 0 && `, ${humanBytes(total)}`}
        {renditions.length > live && `, ${renditions.length - live} on request`}
      </p>
    </>
  );
}
