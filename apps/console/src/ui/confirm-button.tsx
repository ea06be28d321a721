import { useEffect, useState } from 'preact/hooks';

const PATIENCE_MS = 5_000;

/** A button for what can't be undone: the first press asks, a second one soon after does it. */
export function ConfirmButton(props: { word: string; of: string; disabled?: boolean; onConfirm: () => void }) {
  const { word, of, disabled = false, onConfirm } = props;
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    if (!asks) return;
    const timer = setTimeout(() => setAsks(false), PATIENCE_MS);
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
