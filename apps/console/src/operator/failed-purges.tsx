import type { OperatorApi } from '../api/operator-api.ts';
import type { FailedPurge } from '../api/operator-types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { count, shortId, when } from '../ui/format.ts';
import { useFocusAfter } from '../ui/use-focus-after.ts';
import { Pager } from './pager.tsx';
import { useAction } from './use-action.ts';
import { usePages } from './use-pages.ts';

/** Purges that the CDN did not accept: redriven, one or all, or discarded. */
export function FailedPurges({ api }: { api: OperatorApi }) {
  const { value, trouble, refresh, older, newer } = usePages(api.failedPurges);
  const action = useAction(refresh);
  const purges = value?.purges ?? [];
  const redriveAll = async () => {
    const { redriven, more } = await api.redrivePurges();
    return `${count(redriven)} redriven${more ? '; there are more' : ''}.`;
  };
  return (
    <section aria-labelledby="failed-purges">
      <div class="row between">
        <h2 id="failed-purges">Failed purges</h2>
        {purges.length > 0 && (
          <button type="button" disabled={action.busy} onClick={() => action.run(redriveAll)}>
            Redrive all purges
          </button>
        )}
      </div>
      {(trouble ?? action.trouble) && (
        <p class="trouble" role="alert">
          {action.trouble ?? trouble}
        </p>
      )}
      {value && purges.length === 0 && <p class="empty">No failed purges.</p>}
      {purges.length > 0 && (
        <ul class="records">
          {purges.map((purge) => (
            <Failed key={purge.id} purge={purge} api={api} action={action} />
          ))}
        </ul>
      )}
      <Pager of="failed purges" older={older} newer={newer} />
    </section>
  );
}

function Failed(props: { purge: FailedPurge; api: OperatorApi; action: ReturnType<typeof useAction> }) {
  const { purge, api, action } = props;
  const { id, tenant, imageId, reason, code, message, attempts, failedAt } = purge;
  const name = `purge of ${shortId(imageId)}`;
  const item = useFocusAfter<HTMLLIElement>();
  const redrive = () => action.run(() => api.redrivePurge(id).then(() => `The ${name} is redriven.`));
  const discard = () => action.run(() => api.discardPurge(id).then(() => `The ${name} is discarded.`));
  return (
    <li ref={item}>
      <div class="record-words">
        <p>
          <span class="badge bad">{code}</span>{' '}
          <span class="mono" title={imageId}>
            {shortId(imageId)}
          </span>
        </p>
        <p class="quiet">{message}</p>
        <p class="quiet">
          {tenant} · {reason} · {count(attempts)} {attempts === 1 ? 'attempt' : 'attempts'} ·{' '}
          <time dateTime={failedAt}>{when(failedAt)}</time>
        </p>
      </div>
      <div class="row">
        <button type="button" class="primary" disabled={action.busy} onClick={redrive} aria-label={`Redrive ${name}`}>
          Redrive
        </button>
        <ConfirmButton word="Discard" of={name} disabled={action.busy} onConfirm={discard} />
      </div>
    </li>
  );
}
