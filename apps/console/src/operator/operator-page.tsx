import { useMemo } from 'preact/hooks';
import { createOperatorApi } from '../api/operator-api.ts';
import { BacklogPanel } from './backlog-panel.tsx';
import { BoardLink } from './board-link.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { Deliveries } from './deliveries.tsx';
import { FailedPurges } from './failed-purges.tsx';
import { HeldImages } from './held-images.tsx';
import { useSamples } from './use-samples.ts';

/** The page of an operator, who has an admin key. */
export function OperatorPage({ adminKey }: { adminKey: string }) {
  const api = useMemo(() => createOperatorApi(adminKey), [adminKey]);
  const samples = useSamples(api);
  return (
    <div class="page">
      <div class="row between">
        <h1>Operator</h1>
        <BoardLink api={api} />
      </div>
      <BacklogPanel {...samples} />
      <HeldImages api={api} />
      <DeadLetters api={api} />
      <FailedPurges api={api} />
      <Deliveries api={api} />
    </div>
  );
}
