import { Tenant } from '@imagemill/variants';
import { z } from 'zod';

/** The share of each tenant relative to the others. */
export type TenantWeights = ReadonlyMap<string, number>;

const WEIGHT_MIN = 0.01;
const WEIGHT_MAX = 100;
const Weight = z.coerce.number().min(WEIGHT_MIN).max(WEIGHT_MAX);
const Entry = z.tuple([Tenant, Weight]);
const form = `must be tenant=weight pairs, separated by commas, with weights from ${WEIGHT_MIN} to ${WEIGHT_MAX}`;

/** `acme=4,other=0.5` */
export const tenantWeights = z.string().transform((text, context): TenantWeights => {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const entries = pairs.map((pair) => Entry.safeParse(pair.split('=').map((part) => part.trim())).data);
  if (entries.every((entry) => entry !== undefined)) return new Map(entries);
  context.addIssue({ code: 'custom', message: form });
  return z.NEVER;
});
