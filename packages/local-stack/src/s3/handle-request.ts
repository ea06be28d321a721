import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from './auth/authenticate.ts';
import { createIncomingBody, type IncomingBody } from './body/incoming-body.ts';
import type { Caller, S3Service } from './call.ts';
import { corsHeaders, isPreflight } from './cors.ts';
import { S3Error } from './errors.ts';
import { isPublic } from './policy.ts';
import { createRequestId, parseRequest, type S3Request } from './request.ts';
import { emptyResponse, type S3Response } from './response.ts';
import { findRoute, type Route } from './router.ts';
import { errorResponse, sendResponse } from './send-response.ts';

export interface HandleOptions {
  /** Whether the client sent `Expect: 100-continue` and is waiting for the interim response before it sends the body. */
  readonly clientWaits: boolean;
}

export async function handleRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  service: S3Service,
  options: HandleOptions,
): Promise<void> {
  const id = createRequestId();
  const body = createIncomingBody(incoming, outgoing, options);
  const response = await answer(incoming, body, service, id);
  const connection = (await body.settle()) === 'unusable' ? { connection: 'close' } : {};
  await sendResponse(incoming, outgoing, {
    ...response,
    headers: { ...response.headers, ...connection, 'x-amz-request-id': id },
  });
}

async function answer(
  incoming: IncomingMessage,
  body: IncomingBody,
  service: S3Service,
  id: string,
): Promise<S3Response> {
  let cors: Record<string, string> = {};
  try {
    const request = parseRequest(incoming, id);
    cors = corsHeaders(request, service.store.buckets.setting(request.bucket, 'cors'));
    const response = isPreflight(request) ? answerPreflight(cors) : await runOperation(request, body, service);
    return { ...response, headers: { ...response.headers, ...cors } };
  } catch (error) {
    const response = errorResponse(error, { id, resource: incoming.url ?? '' });
    return { ...response, headers: { ...response.headers, ...cors } };
  }
}

function answerPreflight(cors: Record<string, string>): S3Response {
  if (Object.keys(cors).length > 0) return emptyResponse(200, cors);
  throw new S3Error('AccessDenied', { message: 'CORSResponse: This CORS request is not allowed.' });
}

async function runOperation(request: S3Request, body: IncomingBody, service: S3Service): Promise<S3Response> {
  const route = findRoute(request);
  const caller = await authenticate(request, service);
  authorize(route, request, caller, service);
  if (request.bucket !== '' && !route.createsBucket) service.store.buckets.assertExists(request.bucket);
  return route.run({ request, caller, body, service });
}

function authorize(route: Route, request: S3Request, caller: Caller, service: S3Service): void {
  if (caller === 'owner' || route.access === 'signed-form') return;
  const policy = service.store.buckets.setting(request.bucket, 'policy');
  if (route.access === 'public-read' && isPublic(request.bucket, request.key, policy)) return;
  throw new S3Error('AccessDenied');
}
