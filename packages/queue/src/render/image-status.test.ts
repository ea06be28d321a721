import { expect, test } from 'vitest';
import { imageStatus } from './image-status.ts';

const facts = { hasProgress: false, uploadReported: false, deletionRequested: false, outcome: undefined };

test.each([
  ['no upload was reported', { ...facts, jobState: 'delayed' }, 'awaiting-upload'],
  ['its check is due before the upload', { ...facts, jobState: 'waiting' }, 'awaiting-upload'],
  ['a worker is checking for the upload', { ...facts, jobState: 'active' }, 'awaiting-upload'],
  ['the upload was reported', { ...facts, jobState: 'waiting', uploadReported: true }, 'queued'],
  ['the worker has not read it yet', { ...facts, jobState: 'active', uploadReported: true }, 'queued'],
  ['the worker has read it', { ...facts, jobState: 'active', hasProgress: true }, 'processing'],
  ['it waits for its next attempt', { ...facts, jobState: 'delayed', hasProgress: true }, 'queued'],
  ['its attempts are used up', { ...facts, jobState: 'failed', hasProgress: true }, 'failed'],
  ['it was rejected', { ...facts, jobState: 'completed', outcome: 'rejected' as const }, 'rejected'],
  ['no upload arrived in time', { ...facts, jobState: 'completed', outcome: 'expired' as const }, 'expired'],
  ['it is finished', { ...facts, jobState: 'completed', hasProgress: true, outcome: 'ready' as const }, 'ready'],
  [
    'its deletion was requested',
    { ...facts, jobState: 'active', hasProgress: true, deletionRequested: true },
    'deleted',
  ],
  ['it was deleted', { ...facts, jobState: 'completed', outcome: 'deleted' as const }, 'deleted'],
  ['it was restarted after its state was read', { ...facts, jobState: 'completed', uploadReported: true }, 'queued'],
])('the status follows from the job if %s', (_when, jobFacts, status) => {
  expect(imageStatus(jobFacts)).toBe(status);
});
