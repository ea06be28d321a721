import { friendlyUrl, type Image, type Rendition } from '@imagemill/client';
import { useState } from 'preact/hooks';
import { consoleSettings } from '../api/console-settings.ts';
import { BytesChart } from '../charts/bytes-chart.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { humanBytes, humanDuration, percent } from '../ui/format.ts';
import { AnySize } from './any-size.tsx';
import { Compare } from './compare.tsx';
import type { Photo } from './photo.ts';
import type { Photos } from './photos.ts';
import { PictureSnippet } from './picture-snippet.tsx';
import { provenanceRows } from './provenance-rows.ts';

interface PhotoDetailsProps {
  readonly photo: Photo;
  readonly image: Image;
  readonly photos: Photos;
  readonly onClose: () => void;
}

/** The renditions of one photograph: compared with the original, in bytes, as HTML, and at any size. */
export function PhotoDetails({ photo, image, photos, onClose }: PhotoDetailsProps) {
  const [chosen, setChosen] = useState<string>();
  const { renditions, source } = image;
  const rendition = renditions.find((one) => nameOf(one) === chosen) ?? largestAvif(renditions);
  if (!rendition) return null;
  const originalBytes = source?.bytes ?? photo.original?.bytes;
  return (
    <Dialog title={photo.name} onClose={onClose} wide>
      <p class="quiet">
        {source && `${source.format}, ${source.width} × ${source.height}, ${humanBytes(source.bytes)}`}
        {image.readyAt && ` · ready in ${humanDuration(Date.parse(image.readyAt) - Date.parse(image.createdAt))}`}
      </p>
      <div class="details">
        <div>
          <Compare name={photo.name} original={photo.original?.url} rendition={rendition} />
          <div class="row between">
            <label class="row">
              Rendition
              <select value={nameOf(rendition)} onChange={(event) => setChosen(event.currentTarget.value)}>
                {renditions.map((one) => (
                  <option key={nameOf(one)} value={nameOf(one)}>
                    {one.variant} {one.format} {one.atMost && 'at most '}
                    {one.width}×{one.height}
                  </option>
                ))}
              </select>
            </label>
            <PublicUrl of={rendition} />
            {rendition.bytes === null && <p>made on its first request</p>}
            {originalBytes && rendition.bytes !== null && (
              <p>
                {humanBytes(originalBytes)} → <strong>{humanBytes(rendition.bytes)}</strong>{' '}
                <Saved share={1 - rendition.bytes / originalBytes} />
              </p>
            )}
          </div>
          {consoleSettings.value.signsSizes && <AnySize name={photo.name} image={image} photos={photos} />}
        </div>
        <div class="stack">
          <Metadata of={image} />
          <BytesChart renditions={renditions} originalBytes={originalBytes} />
          <PictureSnippet image={image} alt={photo.name} />
        </div>
      </div>
    </Dialog>
  );
}

/** Private images have signed URLs only. */
const PublicUrl = ({ of: rendition }: { of: Rendition }) =>
  rendition.expiresAt === undefined ? (
    <a
      href={friendlyUrl(rendition)}
      target="_blank"
      rel="noreferrer"
      title="In the best format for this browser; needs an edge"
    >
      Friendly URL
    </a>
  ) : (
    <span class="quiet">Private: this URL works until {new Date(rendition.expiresAt).toLocaleTimeString()}</span>
  );

/** The URL of a private rendition changes with each status. */
const nameOf = ({ variant, format }: Rendition) => `${variant}.${format}`;

/** A tiny original may be smaller than its rendition. */
const Saved = ({ share }: { share: number }) =>
  share >= 0 ? (
    <span class="badge good">{percent(share)} saved</span>
  ) : (
    <span class="badge">{percent(-share)} larger</span>
  );

/** What the seller app sent with the upload, what the image is cropped around, and the origin that the original names. */
function Metadata({ of: image }: { of: Image }) {
  const { metadata, focus, enhance, chosenFocus, skipped } = image;
  const entries = Object.entries(metadata);
  if (focus) entries.push(['Focus', placeOf(focus)]);
  if (chosenFocus && chosenFocus.by !== 'seller') {
    entries.push(['Focus', `${chosenBy[chosenFocus.by]}: ${placeOf(chosenFocus)}`]);
  }
  if (enhance) entries.push(['Enhanced', enhancements[enhance]]);
  if (skipped?.includes('faces')) entries.push(['Skipped', 'face detection']);
  entries.push(...provenanceRows(image));
  if (entries.length === 0) return null;
  return (
    <dl class="metadata" aria-label="Metadata">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const placeOf = ({ x, y }: { x: number; y: number }) => `${percent(x)} from the left, ${percent(y)} from the top`;

const enhancements = { sharpen: 'sharpened' };

const chosenBy = { face: 'a face', attention: 'no face, the most salient part', centre: 'no face, the centre' };

function largestAvif(renditions: readonly Rendition[]): Rendition | undefined {
  const stored = renditions.filter(({ planned }) => !planned);
  const avif = stored.filter(({ format }) => format === 'avif');
  return (avif.length > 0 ? avif : stored).toSorted((a, b) => b.width - a.width)[0];
}
