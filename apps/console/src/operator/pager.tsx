/** To older and newer pages, where there are any. */
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
