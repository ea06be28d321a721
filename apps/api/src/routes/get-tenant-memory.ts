import { TenantMemory } from '@imagemill/queue';
import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const Question = z.strictObject({ tenant: Tenant });

const description = describeRoute({
  id: 'getTenantMemory',
  tag: 'Operation',
  summary: 'What a tenant holds in Redis',
  details: 'Zeros for a tenant without images. The bytes of jobs are estimated from 50 of its images.',
  query: Question,
  responses: {
    200: {
      description: 'Numbers of images, and bytes.',
      body: TenantMemory,
      example: { images: 1200, unfinishedImages: 30, jobBytes: 2_520_000, setBytes: 410_000, bytes: 2_930_000 },
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/** GET /v1/tenant-memory?tenant=: what the limits of a tenant bound, measured. */
export const getTenantMemory: ApiRoute = (app, { tenantMemory }) => {
  app.get('/v1/tenant-memory', description, async (c) => {
    const { tenant } = query(c, Question);
    return c.json(TenantMemory.parse(await tenantMemory(tenant)), 200, { 'cache-control': 'no-store' });
  });
};
