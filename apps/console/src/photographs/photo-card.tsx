import { messageFor } from '@imagemill/client/messages';
import { useState } from 'preact/hooks';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { humanBytes, percent } from '../ui/format.ts';
import { useFocusAfter } from '../ui/use-focus-after.ts';
import { hasFailedForNow, type Photo, progressOf, statusOf, troubleOf } from './photo.ts';
import { PhotoWarnings } from './photo-warnings.tsx';
import type { Photos } from './photos.ts';
import { Preview } from './preview.tsx';
import { Renditions } from './renditions.tsx';

interface PhotoCardProps {
  readonly photo: Photo;
  readonly photos: Photos;
  readonly onOpen: () => void;
}

/** A photograph in flight, and its result. */
export function PhotoCard({ photo, photos, onOpen }: PhotoCardProps) {
  const { name, state, image } = photo;
  const { word, look } = statusOf(photo);
  const trouble = troubleOf(photo);
  const [failure, setFailure] = useState<string>();
  const remove = () => photos.remove(photo).catch((error: unknown) => setFailure(messageFor(error)));
  const card = useFocusAfter<HTMLLIElement>();
  return (
    <li ref={card} class="photo" data-status={image?.status ?? state.is}>
      <Preview photo={photo} />
      <div class="photo-body">
        <div class="row between">
          <h2 class="photo-name" title={name}>
            {name}
          </h2>
          <span class={`badge ${look}`}>{word}</span>
        </div>
        {look === 'busy' && <progress value={progressOf(photo)} max={1} aria-label={`Progress of ${name}`} />}
        {state.is === 'uploading' && (
          <p class="quiet">
            {percent(state.share)} of {humanBytes(photo.original?.bytes ?? 0)} sent
            {state.offline && '; resumes automatically when the network is back'}
          </p>
        )}
        {(failure ?? trouble) && <p class="trouble">{failure ?? trouble}</p>}
        {image && <PhotoWarnings image={image} />}
        {image && <Renditions image={image} />}
        <Actions photo={photo} photos={photos} onOpen={onOpen} onRemove={remove} />
      </div>
    </li>
  );
}

/** The actions that its status allows. */
function Actions({ photo, photos, onOpen, onRemove }: PhotoCardProps & { onRemove: () => void }) {
  const { id, name, state, image } = photo;
  const mayRetry = state.is === 'stopped' || hasFailedForNow(photo);
  const inFlight = state.is === 'waiting' || state.is === 'uploading';
  return (
    <div class="row photo-actions">
      {image && image.renditions.length > 0 && (
        <button type="button" class="primary" onClick={onOpen} aria-label={`Details of ${name}`}>
          Details
        </button>
      )}
      {inFlight && (
        <button type="button" onClick={() => photos.stop(id)} aria-label={`Stop ${name}`}>
          Stop
        </button>
      )}
      {mayRetry && (
        <button type="button" onClick={() => photos.retry(photo)} aria-label={`Try again: ${name}`}>
          Try again
        </button>
      )}
      {image && <ConfirmButton word="Delete" of={name} onConfirm={onRemove} />}
      {!image && !inFlight && (
        <button type="button" onClick={onRemove} aria-label={`Dismiss ${name}`}>
          Dismiss
        </button>
      )}
    </div>
  );
}
