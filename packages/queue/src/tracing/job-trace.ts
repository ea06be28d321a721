import { carriedContext, inContextOf, inSpan, linkTo } from '@imagemill/tracing';
import type { Job, JobsOptions } from 'bullmq';

/** Where BullMQ keeps the trace context of a job, in the form of bullmq-otel. It stays with the job in all its states. */
const carriedBy = ({ opts }: Pick<Job, 'opts'>): string | undefined => opts.telemetry?.metadata;

const factsOf = (queue: string, operation: 'send' | 'process') => ({
  'messaging.system': 'bullmq',
  'messaging.destination.name': queue,
  'messaging.operation.type': operation,
});

/** Adds jobs in a span of their own. @param add gets the options that make the jobs continue the trace */
export function sendInTrace<T>(
  queue: string,
  count: number,
  add: (options: Pick<JobsOptions, 'telemetry'>) => Promise<T>,
): Promise<T> {
  const facts = { ...factsOf(queue, 'send'), 'messaging.batch.message_count': count };
  return inSpan(`send ${queue}`, { kind: 'producer', facts }, () => {
    const metadata = carriedContext();
    return add(metadata === undefined ? {} : { telemetry: { metadata } });
  });
}

/** Runs a job in a span that continues the trace of the request that added it, in every attempt and after every delay. */
export function runInTrace<Result extends { readonly outcome: string }>(
  queue: string,
  { job, tenant }: { readonly job: Job; readonly tenant: string },
  run: () => Promise<Result>,
): Promise<Result> {
  const facts = {
    ...factsOf(queue, 'process'),
    'messaging.message.id': job.id ?? '',
    'imagemill.tenant': tenant,
    'imagemill.attempt': job.attemptsMade + 1,
  };
  return inSpan(
    `process ${queue}`,
    { kind: 'consumer', facts, continues: { from: 'record', carried: carriedBy(job) } },
    async (span) => {
      const result = await run();
      span.add({ 'imagemill.outcome': result.outcome });
      return result;
    },
  );
}

/** Runs what follows a job, such as the webhook of its failure, in the trace of the job. */
export const afterJob = <T>(job: Job | undefined, work: () => T): T => inContextOf(job && carriedBy(job), work);

/** Links a request to the trace of a job that it reads. */
export const linkToJob = (job: Job): void => linkTo(carriedBy(job));
