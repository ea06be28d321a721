import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { Redriven as ApiRedriven } from '../../apps/api/src/http/failed-jobs.ts';
import type { BacklogView } from '../../apps/api/src/routes/get-backlog.ts';
import type { HeldImagePage as ApiHeldImagePage } from '../../apps/api/src/routes/list-held-images.ts';
import type {
  Backlog,
  DeadLetterPage,
  DeliveryPage,
  FailedPurgePage,
  HeldImagePage,
  Redriven,
} from '../../apps/console/src/api/operator-types.ts';
import type {
  DeadLetterPage as ApiDeadLetterPage,
  DeliveryPage as ApiDeliveryPage,
  FailedPurgePage as ApiFailedPurgePage,
} from '../../packages/queue/src/index.ts';

// Verified by the type check, not at run time.

test('every response of the API has the fields that the operator page reads', () => {
  expectTypeOf<z.input<typeof BacklogView>>().toExtend<Backlog>();
  expectTypeOf<z.input<typeof ApiDeadLetterPage>>().toExtend<DeadLetterPage>();
  expectTypeOf<z.input<typeof ApiDeliveryPage>>().toExtend<DeliveryPage>();
  expectTypeOf<z.input<typeof ApiHeldImagePage>>().toExtend<HeldImagePage>();
  expectTypeOf<z.input<typeof ApiFailedPurgePage>>().toExtend<FailedPurgePage>();
  expectTypeOf<z.input<typeof ApiRedriven>>().toExtend<Redriven>();
});
