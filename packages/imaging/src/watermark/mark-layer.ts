import type { Layer } from '../layer.ts';
import { markOf, type Watermarks } from './placed-mark.ts';

/** A layer with the marks of its renditions. @throws Error if the engine does not have one of them */
export const markLayer = (layer: Layer, watermarks: Watermarks): Layer => ({
  ...layer,
  plans: layer.plans.map((plan) => ({ ...plan, mark: markOf(plan, watermarks, layer.colour) })),
});
