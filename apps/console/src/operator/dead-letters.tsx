import type { OperatorApi } from '../api/operator-api.ts';
import type { DeadLetter } from '../api/operator-types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { count, shortId, when } from '../ui/format.ts';
import { useFocusAfter } from '../ui/use-focus-after.ts';
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
            <Letter key={letter.imageId} letter={letter} api={api} action={action} />
          ))}
        </ul>
      )}
      <Pager of="dead letters" older={older} newer={newer} />
    </section>
  );
}

function Letter(props: { letter: DeadLetter; api: OperatorApi; action: ReturnType<typeof useAction> }) {
  const { letter, api, action } = props;
  const { imageId, tenant, category, code, message, attempts, failedAt } = letter;
  const name = shortId(imageId);
  const item = useFocusAfter<HTMLLIElement>();
  const redrive = () => action.run(() => api.redrive(imageId).then(() => `${name} is redriven.`));
  const discard = () => action.run(() => api.discard(imageId).then(() => `${name} is discarded.`));
  return (
    <li ref={item}>
      <div class="record-words">
        <p>
          <span class="badge bad">{code}</span>{' '}
          <span class="mono" title={imageId}>
            {name}
          </span>
        </p>
        <p class="quiet">{message}</p>
        <p class="quiet">
          {tenant} · {category} · {count(attempts)} {attempts === 1 ? 'attempt' : 'attempts'} ·{' '}
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
