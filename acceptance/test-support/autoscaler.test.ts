import { expect, test } from 'vitest';
import { createAutoscaler } from './autoscaler.ts';

const SCALED = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  spec: {
    scaleTargetRef: { name: 'worker' },
    minReplicaCount: 0,
    maxReplicaCount: 10,
    cooldownPeriod: 60,
    triggers: [{ type: 'metrics-api', metadata: { targetValue: '10', activationTargetValue: '2' } }],
    advanced: {
      horizontalPodAutoscalerConfig: {
        behavior: {
          scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] },
          scaleDown: { stabilizationWindowSeconds: 30, policies: [{ type: 'Percent', value: 50, periodSeconds: 15 }] },
        },
      },
    },
  },
} as const satisfies Parameters<typeof createAutoscaler>[0];

/** The replicas after each value, with one round every ten seconds. */
function follow(values: readonly number[], replicas = 0): number[] {
  const autoscaler = createAutoscaler(SCALED);
  return values.map((value, round) => {
    replicas = autoscaler.decide(value, replicas, round * 10);
    return replicas;
  });
}

test.each([
  ['stays at zero up to the activation value, and starts one above it', [0, 2, 3], [0, 0, 1]],
  ['scales to the required number, rounded up', [21, 21, 21], [1, 3, 3]],
  ['grows no faster than its policy, counted over the period', [1000, 1000, 1000, 1000], [1, 5, 5, 9]],
  ['never exceeds the maximum', [99, 99, 99, 999, 999, 999, 999], [1, 5, 5, 9, 9, 10, 10]],
  ['does not change the fleet within a tenth of the target', [20, 20, 21, 19, 23], [1, 2, 2, 2, 3]],
  ['shrinks to the highest recommendation of its window', [30, 30, 15, 15, 15, 15], [1, 3, 3, 3, 3, 2]],
  ['shrinks no faster than its policy', [80, 80, 80, 80, 5, 5, 5, 5, 5, 5, 5], [1, 5, 5, 8, 8, 8, 8, 4, 4, 2, 2]],
  [
    'ends the last worker after no activity for the cooldown period',
    [5, 0, 0, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 1, 0],
  ],
])('%s', (_guarantee, values, replicas) => {
  expect(follow(values)).toEqual(replicas);
});
