type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Attributes of a span: never a secret, a signed URL, or text of a seller. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** Reads a header of a request by its name in lower case. */
type ReadHeader = (name: string) => string | undefined;

export interface SpanOptions {
  /** `internal` by default. */
  readonly kind?: SpanKind;
  readonly facts?: SpanFacts;
  /** The trace context of a record, or of a request, that the span continues; the active span by default. */
  readonly continues?:
    | { readonly from: 'record'; readonly carried: string | undefined }
    | { readonly from: 'request'; readonly headers: ReadHeader };
}

/** A span that has not ended. */
export interface OpenSpan {
  rename(name: string): void;
  add(facts: SpanFacts): void;
  /** Marks it as failed, with the code or the name of the error alone: a message can have file names and addresses. */
  fail(error: unknown): void;
}

/** The ids of a span, by the names that OpenTelemetry gives them in logs. */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

/** What records spans, while tracing is on. */
export interface Recorder {
  inSpan<T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  recordSpan(name: string, ms: number, facts: SpanFacts): void;
  activeTrace(): TraceIds | undefined;
  carriedContext(): string | undefined;
  inContextOf<T>(carried: string | undefined, work: () => T): T;
  linkTo(carried: string | undefined): void;
}

export interface Tracing {
  /** Sends what was recorded. Ends within a few seconds, whatever the receiver does. Never throws. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** The name of the program: `service.name` of its spans is `imagemill-` and this name. */
  readonly app: string;
  /** Spans cannot be sent, for the first time since the last success. */
  readonly onTrouble: (error: Error) => void;
  /** Spans can be sent again. */
  readonly onRecovery: () => void;
}
