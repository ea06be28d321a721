import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';

/** Decides the number of replicas: KEDA between zero and one, its HPA from one upwards. */
export interface Autoscaler {
  /**
   * One round of both controllers.
   *
   * @param value the trigger endpoint's value
   * @param replicas the current number
   * @param now seconds, on the caller's clock
   */
  decide(value: number, replicas: number, now: number): number;
}

/** The HPA ignores deviations within a tenth of the target: kube-controller-manager's default. */
const TOLERANCE = 0.1;

interface Policy {
  readonly type: string;
  readonly value: number;
  readonly periodSeconds: number;
}

/**
 * Applies a ScaledObject like KEDA and Kubernetes: KEDA's scale executor (activation above `activationTargetValue`, back to zero
 * if the last activity is `cooldownPeriod` ago), and the HPA's algorithm for an average value (replicas = ⌈value / target⌉,
 * tolerance, scale-down stabilisation and rate policies).
 * https://keda.sh/docs/latest/reference/scaledobject-spec/
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 */
export function createAutoscaler({ spec }: IScaledObject): Autoscaler {
  const { targetValue, activationTargetValue = '0' } = spec.triggers[0]?.metadata ?? {};
  const target = Number(targetValue);
  const { minReplicaCount = 0, maxReplicaCount = 100, cooldownPeriod = 300 } = spec;
  const min = minReplicaCount ?? 0;
  const max = maxReplicaCount ?? 100;
  const { scaleUp, scaleDown } = spec.advanced?.horizontalPodAutoscalerConfig?.behavior ?? {};
  /** The HPA's own state: it does not see KEDA's decisions. */
  const changes: { at: number; by: number }[] = [];
  const recommendations: { at: number; replicas: number }[] = [];
  let lastActiveAt = Number.NEGATIVE_INFINITY;

  /** The limit of one policy, relative to the fleet's size at the start of the policy's period. */
  function limit(replicas: number, now: number, policy: Policy, direction: 1 | -1): number {
    const inPeriod = changes.filter(({ at, by }) => at > now - policy.periodSeconds && Math.sign(by) === direction);
    const atStart = replicas - inPeriod.reduce((sum, { by }) => sum + by, 0);
    const allowed =
      policy.type === 'Percent' ? atStart * (1 + (direction * policy.value) / 100) : atStart + direction * policy.value;
    return direction === 1 ? Math.ceil(allowed) : Math.floor(allowed);
  }

  function horizontal(value: number, replicas: number, now: number): number {
    const near = Math.abs(value / (target * replicas) - 1) <= TOLERANCE;
    const wanted = Math.min(max, Math.max(1, min, near ? replicas : Math.ceil(value / target)));
    recommendations.push({ at: now, replicas: wanted });
    if (wanted > replicas) {
      const limits = (scaleUp?.policies ?? []).map((policy) => limit(replicas, now, policy, 1));
      return Math.min(wanted, Math.max(replicas, ...limits));
    }
    const window = now - (scaleDown?.stabilizationWindowSeconds ?? 300);
    const stable = Math.max(...recommendations.filter(({ at }) => at >= window).map((one) => one.replicas));
    if (stable >= replicas) return replicas;
    const limits = (scaleDown?.policies ?? []).map((policy) => limit(replicas, now, policy, -1));
    return Math.max(stable, Math.min(replicas, ...limits));
  }

  function decide(value: number, replicas: number, now: number): number {
    const isActive = value > Number(activationTargetValue);
    if (isActive) lastActiveAt = now;
    if (replicas === 0) return isActive ? Math.max(1, min) : min;
    if (!isActive && min === 0 && lastActiveAt + (cooldownPeriod ?? 300) < now) return 0;
    const decided = horizontal(value, replicas, now);
    if (decided !== replicas) changes.push({ at: now, by: decided - replicas });
    return decided;
  }

  return { decide };
}
