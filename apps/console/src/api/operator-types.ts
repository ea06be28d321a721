// The operator's part of the API's contract. The console may not import the API: a test compares these types with its schemas.

/** Counts are in jobs; the rate is in jobs per second. */
export interface Backlog {
  readonly backlog: number;
  readonly waiting: number;
  readonly active: number;
  readonly delayedDue: number;
  readonly looksDue: number;
  readonly messagesDue: number;
  readonly delayed: number;
  readonly failed: number;
  readonly oldestWaitingMs: number;
  readonly predictedSeconds: number | null;
  readonly endedPerSecond: number;
}

export interface DeadLetter {
  readonly imageId: string;
  readonly tenant: string;
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly worker?: string | undefined;
}

export interface HeldImage {
  readonly imageId: string;
  readonly tenant: string;
  readonly category: string;
  readonly filename?: string | undefined;
  readonly by: string;
  readonly reason?: string | undefined;
  readonly message: string;
  readonly heldAt: string;
  readonly previewUrl: string;
}

export interface HeldImagePage {
  readonly heldImages: readonly HeldImage[];
  readonly nextCursor?: string | undefined;
  /** Not from the API: false if the key lacks the scope. */
  readonly mayModerate?: false;
}

export interface FailedPurge {
  readonly id: string;
  readonly tenant: string;
  readonly imageId: string;
  readonly reason?: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly failedAt: string;
}

export interface FailedPurgePage {
  readonly purges: readonly FailedPurge[];
  readonly nextCursor?: number | undefined;
}

export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly timestamp: string;
  readonly tenant: string;
  readonly imageId: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: readonly {
    readonly at: string;
    readonly ms: number;
    readonly status?: number | undefined;
    readonly code?: string | undefined;
  }[];
  readonly nextAttemptAt?: string | undefined;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[];
  readonly nextCursor?: number | undefined;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  readonly nextCursor?: number | undefined;
}

export interface Redriven {
  readonly redriven: number;
  /** Some are left: a call restarts at most a thousand. */
  readonly more: boolean;
}
