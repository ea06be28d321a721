/** The message about a refused key, with the way to enter another. */
export function KeyRefused({ message, enterKeys }: { message: string; enterKeys: () => void }) {
  return (
    <div class="notice bad row between" role="alert">
      <p>{message}</p>
      <button type="button" class="primary" onClick={enterKeys}>
        Enter another key
      </button>
    </div>
  );
}
