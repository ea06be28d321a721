import { useRef } from 'preact/hooks';
import { Dialog } from '../ui/dialog.tsx';
import { keys, setKeys } from './keys.ts';

/** The form for keys, which are kept in this tab only. */
export function KeysForm({ onClose }: { onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!form.current) return;
    const entered = new FormData(form.current);
    setKeys({ apiKey: text(entered.get('apiKey')), adminKey: text(entered.get('adminKey')) });
    onClose();
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <form ref={form} onSubmit={submit} class="stack">
        <p class="quiet">
          Keys are kept in this tab until you close it. To create one, run{' '}
          <code>npx -y pnpm@12 imagemill keys create --tenant NAME --scopes upload</code>, or with <code>admin</code>.
        </p>
        <Field name="apiKey" label="Upload key" hint="for photographs" value={keys.value.apiKey} />
        <Field name="adminKey" label="Admin key" hint="for the operator's page" value={keys.value.adminKey} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Use these keys
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Field({ name, label, hint, value }: { name: string; label: string; hint: string; value: string | undefined }) {
  return (
    <label class="field">
      <span>
        {label} <span class="quiet">{hint}</span>
      </span>
      <input name={name} type="password" autocomplete="off" spellcheck={false} defaultValue={value ?? ''} />
    </label>
  );
}

const text = (value: FormDataEntryValue | null) => String(value ?? '').trim();
