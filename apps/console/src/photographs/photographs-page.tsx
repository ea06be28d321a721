import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { OfflineNotice } from '../ui/offline-notice.tsx';
import { DropZone } from './drop-zone.tsx';
import { EarlierButton } from './earlier-button.tsx';
import { PhotoCard } from './photo-card.tsx';
import { PhotoDetails } from './photo-details.tsx';
import type { Photos } from './photos.ts';
import { RetryAll } from './retry-all.tsx';

/**
 * The page of a seller: photographs to drop, in flight, and uploaded earlier.
 *
 * @param refused stands in the place of the upload controls, once the API has refused the key
 */
export function PhotographsPage({ photos, refused }: { photos: Photos; refused: ComponentChildren }) {
  const openId = useMemo(() => signal<string>(), []);
  const list = photos.list.value;
  const open = list.find(({ id }) => id === openId.value);
  return (
    <div class="page">
      <h1>Photographs</h1>
      {refused || <DropZone photos={photos} />}
      <OfflineNotice />
      <RetryAll photos={photos} />
      {list.length > 0 && (
        <ul class="photos" aria-label="Photographs">
          {list.map((photo) => (
            <PhotoCard
              key={photo.id}
              photo={photo}
              photos={photos}
              onOpen={() => {
                photos.renew(photo);
                openId.value = photo.id;
              }}
            />
          ))}
        </ul>
      )}
      {!refused && <EarlierButton photos={photos} />}
      {open?.image && (
        <PhotoDetails
          photo={open}
          image={open.image}
          photos={photos}
          onClose={() => {
            openId.value = undefined;
          }}
        />
      )}
    </div>
  );
}
