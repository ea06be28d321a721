import { useState } from 'preact/hooks';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { humanBytes, percent } from '../ui/format.ts';
import { type Photo, progressOf, statusOf, troubleOf } from './photo.ts';
import type { Photos } from './photos.ts';
import { Preview } from './preview.tsx';

/** A photograph on its way, and what became of it. */
export function PhotoCard({ photo, photos, onOpen }: { photo: Photo; photos: Photos; onOpen: () => void }) {
  const { id, name, state, image } = photo;
  const { word, look } = statusOf(photo);
  const trouble = troubleOf(photo);
  const [failure, setFailure] = useState<string>();
  const remove = () => photos.remove(photo).catch((error: Error) => setFailure(error.message));
  const mayStart = state.is === 'stopped' || (state.is === 'refused' && state.mayRetry);
  const onItsWay = state.is === 'waiting' || state.is === 'uploading';
  return (
    <li class="photo" data-status={image?.status ?? state.is}>
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
          </p>
        )}
        {(failure ?? trouble) && <p class="trouble">{failure ?? trouble}</p>}
        {image && <Renditions photo={photo} />}
        <div class="row photo-actions">
          {image && image.renditions.length > 0 && (
            <button type="button" class="primary" onClick={onOpen} aria-label={`Look at ${name}`}>
              Look
            </button>
          )}
          {onItsWay && (
            <button type="button" onClick={() => photos.stop(id)} aria-label={`Stop ${name}`}>
              Stop
            </button>
          )}
          {mayStart && (
            <button type="button" onClick={() => photos.start(id)} aria-label={`Upload ${name} again`}>
              Try again
            </button>
          )}
          {image && <ConfirmButton word="Delete" of={name} onConfirm={remove} />}
          {!image && !onItsWay && (
            <button type="button" onClick={remove} aria-label={`Dismiss ${name}`}>
              Dismiss
            </button>
          )}
        </div>
      </div>
    </li>
  );
}

/** Each as it goes live, the smallest first; the places of those to come are held. */
function Renditions({ photo: { image } }: { photo: Photo }) {
  if (!image || image.progress.total === 0 || ['rejected', 'expired', 'failed'].includes(image.status)) return null;
  const { renditions, progress } = image;
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
