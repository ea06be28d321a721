import type { Logger } from '@imagemill/service';
import { Counter, type Registry } from 'prom-client';
import { failed, type OnRefused } from './refusals.ts';

/** Counts and logs the requests that no route answers: no other metric or log line has them. */
export function watchRefusals(registry: Registry, logger: Logger): OnRefused {
  const refused = new Counter({
    name: 'imagemill_http_refused_total',
    help: 'Requests that no route answered, by the code of the response; too-many-connections: connections that were closed at once.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of reasons) refused.inc({ reason }, 0);
  return (line) => {
    refused.inc({ reason: line.reason });
    if (line.reason === failed.code) logger.error(line, 'request failed outside of any route');
    else logger.debug(line, 'request refused before any route');
  };
}

const reasons = [
  'bad-request',
  'headers-too-large',
  'body-too-fragmented',
  'request-too-slow',
  'too-many-connections',
  failed.code,
];
