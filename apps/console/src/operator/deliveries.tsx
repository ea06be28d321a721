import type { OperatorApi } from '../api/operator-api.ts';
import type { Delivery } from '../api/operator-types.ts';
import { humanDuration, shortId, when } from '../ui/format.ts';
import { Pager } from './pager.tsx';
import { useAction } from './use-action.ts';
import { usePages } from './use-pages.ts';

/** Deliveries to tenants' endpoints, with the responses; each can be sent again. */
export function Deliveries({ api }: { api: OperatorApi }) {
  const { value, trouble, refresh, older, newer } = usePages(api.deliveries);
  const action = useAction(refresh);
  const deliveries = value?.deliveries ?? [];
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Webhook deliveries</h2>
      {(trouble ?? action.trouble) && (
        <p class="trouble" role="alert">
          {action.trouble ?? trouble}
        </p>
      )}
      {value && deliveries.length === 0 && (
        <p class="empty">
          No deliveries yet. Endpoints are configured in the file that <code>WEBHOOK_ENDPOINTS_FILE</code> names.
        </p>
      )}
      {deliveries.length > 0 && (
        <ul class="records">
          {deliveries.map((delivery) => (
            <Sent key={delivery.id} delivery={delivery} api={api} action={action} />
          ))}
        </ul>
      )}
      <Pager of="deliveries" older={older} newer={newer} />
    </section>
  );
}

const looks = { delivered: 'good', failed: 'bad', pending: 'busy' } as const;

function Sent(props: { delivery: Delivery; api: OperatorApi; action: ReturnType<typeof useAction> }) {
  const { delivery, api, action } = props;
  const { id, type, tenant, imageId, status, attempts, timestamp, nextAttemptAt } = delivery;
  const last = attempts.at(-1);
  const name = `${type} of ${shortId(imageId)}`;
  const replay = () => action.run(() => api.replay(id).then(() => `${name} is being sent again.`));
  return (
    <li>
      <div class="record-words">
        <p>
          <span class={`badge ${looks[status]}`}>{status}</span> {type}{' '}
          <span class="mono" title={imageId}>
            {shortId(imageId)}
          </span>
        </p>
        <p class="quiet">
          {tenant} · <time dateTime={timestamp}>{when(timestamp)}</time>
          {last &&
            ` · attempt ${attempts.length}: ${last.status ?? last.code ?? 'no response'} in ${humanDuration(last.ms)}`}
          {nextAttemptAt && ` · next ${when(nextAttemptAt)}`}
        </p>
      </div>
      <button
        type="button"
        disabled={action.busy || status === 'pending'}
        onClick={replay}
        aria-label={`Replay ${name}`}
      >
        Replay
      </button>
    </li>
  );
}
