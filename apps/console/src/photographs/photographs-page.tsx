import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { DropZone } from './drop-zone.tsx';
import { EarlierButton } from './earlier-button.tsx';
import { PhotoCard } from './photo-card.tsx';
import { PhotoDetails } from './photo-details.tsx';
import type { Photos } from './photos.ts';

/** What a seller sees: photographs to drop, on their way, and uploaded before. */
export function PhotographsPage({ photos }: { photos: Photos }) {
  const openId = useMemo(() => signal<string>(), []);
  const list = photos.list.value;
  const open = list.find(({ id }) => id === openId.value);
  return (
    <div class="page">
      <h1>Photographs</h1>
      <DropZone photos={photos} />
      {list.length > 0 && (
        <ul class="photos" aria-label="Photographs">
          {list.map((photo) => (
            <PhotoCard
              key={photo.id}
              photo={photo}
              photos={photos}
              onOpen={() => {
                openId.value = photo.id;
              }}
            />
          ))}
        </ul>
      )}
      <EarlierButton photos={photos} />
      {open?.image && (
        <PhotoDetails
          photo={open}
          image={open.image}
          onClose={() => {
            openId.value = undefined;
          }}
        />
      )}
    </div>
  );
}
