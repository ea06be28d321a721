import type { Image, Rendition } from '@imagemill/client';
import { placeholderUrl } from '@imagemill/client/placeholder';
import { useMemo, useState } from 'preact/hooks';
import type { Photo } from './photo.ts';

const WIDTH_MAX = 700;

/** The added file, then a rendition; a blurred placeholder until one of them can be shown. */
export function Preview({ photo: { name, original, image } }: { photo: Photo }) {
  const blur = useMemo(() => image?.placeholder && placeholderUrl(image.placeholder), [image?.placeholder]);
  const rendition = image?.status === 'ready' ? previewOf(image) : undefined;
  const src = rendition?.url ?? original?.url;
  // Some accepted files cannot be shown by a browser, such as a TIFF or a HEIC.
  const [unshown, setUnshown] = useState<string>();
  const { width, height } = rendition ?? { width: 400, height: 300 };
  return (
    <div class="preview" style={blur ? { backgroundImage: `url(${blur})` } : {}}>
      {src && src !== unshown ? (
        <img src={src} width={width} height={height} alt={name} decoding="async" onError={() => setUnshown(src)} />
      ) : (
        !blur && <NoPicture />
      )}
    </div>
  );
}

/** The largest stored rendition that a card needs, of the whole image: no crop for link previews, no circle. */
function previewOf({ renditions }: Image): Rendition | undefined {
  const fits = renditions
    .filter(({ variant, width, planned }) => width <= WIDTH_MAX && !planned && !variant.startsWith('round'))
    .toSorted((a, b) => b.width - a.width);
  return fits.find(({ format }) => format === 'webp') ?? fits.find(({ format }) => format === 'avif');
}

const NoPicture = () => (
  <svg class="no-picture" viewBox="0 0 48 48" aria-hidden="true">
    <path d="M6 10h36v28H6zM6 32l10-10 8 8 6-6 12 12M32 18h.1M4 4l40 40" />
  </svg>
);
