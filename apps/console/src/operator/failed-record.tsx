import type { DeadLetter, FailedPurge } from '../api/operator-types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { count, shortId, when } from '../ui/format.ts';
import { useFocusAfter } from '../ui/use-focus-after.ts';
import type { useAction } from './use-action.ts';

interface FailedRecordProps {
  readonly failure: DeadLetter | FailedPurge;
  /** In labels of buttons. */
  readonly name: string;
  /** At the start of messages; the name if not given. */
  readonly subject?: string;
  /** Shown beside the tenant. */
  readonly about: string | undefined;
  readonly action: ReturnType<typeof useAction>;
  readonly redrive: () => Promise<unknown>;
  readonly discard: () => Promise<unknown>;
}

/** A job that used up its attempts, with buttons that redrive or discard it. */
export function FailedRecord({ failure, name, subject = name, about, action, redrive, discard }: FailedRecordProps) {
  const { imageId, tenant, code, message, attempts, failedAt } = failure;
  const item = useFocusAfter<HTMLLIElement>();
  const run = {
    redrive: () => action.run(() => redrive().then(() => `${subject} is redriven.`)),
    discard: () => action.run(() => discard().then(() => `${subject} is discarded.`)),
  };
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
          {tenant} · {about} · {count(attempts)} {attempts === 1 ? 'attempt' : 'attempts'} ·{' '}
          <time dateTime={failedAt}>{when(failedAt)}</time>
        </p>
      </div>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={action.busy}
          onClick={run.redrive}
          aria-label={`Redrive ${name}`}
        >
          Redrive
        </button>
        <ConfirmButton word="Discard" of={name} disabled={action.busy} onConfirm={run.discard} />
      </div>
    </li>
  );
}
