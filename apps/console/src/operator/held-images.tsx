import { useState } from 'preact/hooks';
import type { OperatorApi } from '../api/operator-api.ts';
import type { HeldImage } from '../api/operator-types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { shortId, when } from '../ui/format.ts';
import { useFocusAfter } from '../ui/use-focus-after.ts';
import { Pager } from './pager.tsx';
import { useAction } from './use-action.ts';
import { usePages } from './use-pages.ts';

/** Images that moderation keeps back: an operator looks at each, and releases or rejects it. */
export function HeldImages({ api }: { api: OperatorApi }) {
  const { value, trouble, refresh, older, newer } = usePages(api.heldImages);
  const action = useAction(refresh);
  const held = value?.heldImages ?? [];
  if (value?.mayModerate === false) return null;
  return (
    <section aria-labelledby="held-images">
      <h2 id="held-images">Held images</h2>
      {(trouble ?? action.trouble) && (
        <p class="trouble" role="alert">
          {action.trouble ?? trouble}
        </p>
      )}
      {value && held.length === 0 && <p class="empty">No images are waiting for moderation.</p>}
      {held.length > 0 && (
        <ul class="records">
          {held.map((image) => (
            <Held key={image.imageId} image={image} action={action} api={api} />
          ))}
        </ul>
      )}
      <Pager of="held images" older={older} newer={newer} />
    </section>
  );
}

interface HeldProps {
  readonly image: HeldImage;
  readonly action: ReturnType<typeof useAction>;
  readonly api: Pick<OperatorApi, 'release' | 'reject'>;
}

function Held({ image, action, api }: HeldProps) {
  const { imageId, tenant, category, filename, by, reason, message, heldAt, previewUrl } = image;
  const item = useFocusAfter<HTMLLIElement>();
  // Every poll has another signature: the picture is loaded once.
  const [shown] = useState(previewUrl);
  const name = filename ?? shortId(imageId);
  const release = () => action.run(() => api.release(imageId).then(() => `${name} is released.`));
  const reject = () => action.run(() => api.reject(imageId).then(() => `${name} is rejected.`));
  return (
    <li ref={item}>
      <img class="held-preview" src={shown} alt={`Preview of ${name}`} loading="lazy" />
      <div class="record-words">
        <p>
          <span class="badge">{by === 'service-down' ? 'no verdict' : (reason ?? 'held')}</span> {name}
        </p>
        <p class="quiet">{message}</p>
        <p class="quiet">
          {tenant} · {category} ·{' '}
          <span class="mono" title={imageId}>
            {shortId(imageId)}
          </span>{' '}
          · <time dateTime={heldAt}>{when(heldAt)}</time>
        </p>
      </div>
      <div class="row">
        <button type="button" class="primary" disabled={action.busy} onClick={release} aria-label={`Release ${name}`}>
          Release
        </button>
        <ConfirmButton word="Reject" of={name} disabled={action.busy} onConfirm={reject} />
      </div>
    </li>
  );
}
