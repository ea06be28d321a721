import type { OperatorApi } from '../api/operator-api.ts';
import { count, shortId } from '../ui/format.ts';
import { FailedRecord } from './failed-record.tsx';
import { Pager } from './pager.tsx';
import { useAction } from './use-action.ts';
import { usePages } from './use-pages.ts';

/** Images that used up their attempts because of a fault of ours: redriven, one or all of a code, or discarded. */
export function DeadLetters({ api }: { api: OperatorApi }) {
  const { value, trouble, refresh, older, newer } = usePages(api.deadLetters);
  const action = useAction(refresh);
  const letters = value?.deadLetters ?? [];
  const codes = [...new Set(letters.map(({ code }) => code))];
  const redriveAll = async (code: string) => {
    const { redriven, more } = await api.redriveAll(code);
    return `${count(redriven)} redriven${more ? '; there are more' : ''}.`;
  };
  return (
    <section aria-labelledby="dead-letters">
      <div class="row between">
        <h2 id="dead-letters">Dead letters</h2>
        <div class="row">
          {codes.map((code) => (
            <button key={code} type="button" disabled={action.busy} onClick={() => action.run(() => redriveAll(code))}>
              Redrive all <code>{code}</code>
            </button>
          ))}
        </div>
      </div>
      {(trouble ?? action.trouble) && (
        <p class="trouble" role="alert">
          {action.trouble ?? trouble}
        </p>
      )}
      {value && letters.length === 0 && <p class="empty">No dead letters.</p>}
      {letters.length > 0 && (
        <ul class="records">
          {letters.map((letter) => (
            <FailedRecord
              key={letter.imageId}
              failure={letter}
              name={shortId(letter.imageId)}
              about={letter.category}
              action={action}
              redrive={() => api.redrive(letter.imageId)}
              discard={() => api.discard(letter.imageId)}
            />
          ))}
        </ul>
      )}
      <Pager of="dead letters" older={older} newer={newer} />
    </section>
  );
}
