import { useEffect, useState } from 'preact/hooks';

const CONFIRM_WITHIN_MS = 5_000;

/** A button for an action that cannot be undone: the first press asks for confirmation, a second one soon after confirms. */
export function ConfirmButton(props: { word: string; of: string; disabled?: boolean; onConfirm: () => void }) {
  const { word, of, disabled = false, onConfirm } = props;
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    if (!asks) return;
    const timer = setTimeout(() => setAsks(false), CONFIRM_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [asks]);
  const press = () => {
    setAsks(!asks);
    if (asks) onConfirm();
  };
  return (
    <button
      type="button"
      class={asks ? 'danger' : ''}
      disabled={disabled}
      onClick={press}
      aria-label={asks ? `Really ${word.toLowerCase()} ${of}?` : `${word} ${of}`}
    >
      {asks ? `Really ${word.toLowerCase()}?` : word}
    </button>
  );
}
