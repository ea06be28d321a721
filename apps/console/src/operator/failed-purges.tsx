import type { OperatorApi } from '../api/operator-api.ts';
import { count, shortId } from '../ui/format.ts';
import { FailedRecord } from './failed-record.tsx';
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
            <FailedRecord
              key={purge.id}
              failure={purge}
              name={`purge of ${shortId(purge.imageId)}`}
              subject={`The purge of ${shortId(purge.imageId)}`}
              about={purge.reason}
              action={action}
              redrive={() => api.redrivePurge(purge.id)}
              discard={() => api.discardPurge(purge.id)}
            />
          ))}
        </ul>
      )}
      <Pager of="failed purges" older={older} newer={newer} />
    </section>
  );
}
