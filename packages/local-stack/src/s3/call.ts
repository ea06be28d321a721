import type { RequestSigner } from './auth/request-signer.ts';
import type { IncomingBody } from './body/incoming-body.ts';
import type { EventPublisher } from './events.ts';
import type { S3Request } from './request.ts';
import type { S3Response } from './response.ts';
import type { Store } from './store/store.ts';

/** Server-wide dependencies of the operations. */
export interface S3Service {
  readonly store: Store;
  readonly events: EventPublisher;
  readonly signer: RequestSigner;
  readonly accessKeyId: string;
  readonly region: string;
  readonly objectBytesMax: number;
  readonly now: () => Date;
}

/** The owner of the server's one key pair, or an unsigned request. */
export type Caller = 'owner' | 'anonymous';

/** One authenticated request and the dependencies of its operation. */
export interface Call {
  readonly request: S3Request;
  readonly caller: Caller;
  readonly body: IncomingBody;
  readonly service: S3Service;
}

export type Operation = (call: Call) => S3Response | Promise<S3Response>;
