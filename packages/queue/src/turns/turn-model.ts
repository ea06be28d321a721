import { turnRules } from './turn-rules.ts';

/**
 * Start-time fair queueing (Goyal, Vin, Cheng, 1996) of tenants, by cost. The lowest tag is next:
 *
 *     tag of a job           = max(the clock, the end of its tenant's last charged job)
 *     end of the charged job = its tag + predicted cost ÷ weight, corrected when the real cost is known
 *     clock                  = the highest tag of a job that was started
 *
 * This is the model of turn-scripts.ts: the same rules without Redis, for tests against an ideal scheduler.
 */
export function createTurnModel() {
  const tenants = new Map<string, { last: number; end: number }>();
  const ratios = new Map<string, number>();
  let clock: number = turnRules.firstTick;

  return {
    /**
     * @param predicted ticks divided by the tenant's weight
     * @param kept the tag of a postponed job that had its turn
     */
    take(tenant: string, predicted: number, kept?: number): { tag: number; charged: number } {
      const { last, end } = tenants.get(tenant) ?? { last: 0, end: 0 };
      const charged = Math.max(1, Math.floor(predicted * (ratios.get(tenant) ?? 1) + 0.5));
      const tag = Math.max(last, Math.min(Math.max(clock, end), clock + turnRules.lagTicksMax));
      tenants.set(tenant, { last: kept === undefined ? tag : last, end: tag + charged });
      return { tag: kept ?? tag, charged };
    },

    begin(tag: number): void {
      clock = Math.max(clock, tag);
      for (const [tenant, { end }] of tenants) if (end <= clock) tenants.delete(tenant);
    },

    /** @param run ticks divided by the tenant's weight; `charged` is 0 if the job was started out of turn */
    end(tenant: string, run: { predicted: number; charged: number; real: number; isTypical: boolean }): void {
      const { last, end } = tenants.get(tenant) ?? { last: 0, end: 0 };
      const correction = Math.floor(run.real + 0.5) - run.charged;
      // A refund moves no job of the tenant before its earlier ones.
      const corrected = Math.max(last, Math.max(end, clock) + correction);
      if (corrected > clock) tenants.set(tenant, { last, end: corrected });
      if (!run.isTypical) return;
      const ratio = ratios.get(tenant) ?? 1;
      const next = ratio + turnRules.ratioWeight * (run.real / run.predicted - ratio);
      ratios.set(tenant, Math.min(turnRules.ratioMax, Math.max(turnRules.ratioMin, next)));
    },
  };
}
