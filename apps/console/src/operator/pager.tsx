/** Buttons for older and newer pages; nothing if there is only one page. */
export function Pager({
  of,
  older,
  newer,
}: {
  of: string;
  older?: (() => void) | undefined;
  newer?: (() => void) | undefined;
}) {
  if (!older && !newer) return null;
  return (
    <nav class="row" aria-label={`Pages of ${of}`}>
      <button type="button" disabled={!newer} onClick={newer}>
        Newer
      </button>
      <button type="button" disabled={!older} onClick={older}>
        Older
      </button>
    </nav>
  );
}
