import type { OperatorApi } from '../api/operator-api.ts';
import { useAction } from './use-action.ts';

/** Opens BullMQ's board in a tab of its own, after the key has opened a session for it. */
export function BoardLink({ api }: { api: OperatorApi }) {
  const action = useAction(() => {});
  const open = async () => {
    // Before the call: a browser blocks a tab that no click opened.
    const tab = window.open('', '_blank');
    try {
      const { path } = await api.startBoardSession();
      if (tab) tab.location.href = path;
      else location.href = path;
      return 'The board is open in another tab.';
    } catch (error) {
      tab?.close();
      throw error;
    }
  };
  return (
    <div class="row">
      <button type="button" disabled={action.busy} onClick={() => action.run(open)}>
        Open BullMQ’s board <span aria-hidden="true">↗</span>
      </button>
      {action.trouble && (
        <p class="trouble" role="alert">
          {action.trouble}
        </p>
      )}
    </div>
  );
}
