import type { HttpBindings } from '@imagemill/http';
import type { Hono } from 'hono';
import type { VerifyPrivate } from '../private/verify-private.ts';
import type { Freshness } from '../serve/changing-headers.ts';
import type { Outcome, PictureServices } from '../serve/get-picture.ts';
import type { AllowSize } from '../sizes/allowed-size.ts';
import type { LimitSizes } from '../sizes/limit-sizes.ts';

export interface EdgeServices extends PictureServices {
  /** Of URLs that name no revision. */
  readonly freshness: Freshness;
  readonly sizes: SizeServices;
  readonly verifyPrivate: VerifyPrivate;
  readonly onDelivered: (outcome: Outcome) => void;
}

interface SizeServices {
  readonly allowSize: AllowSize;
  readonly limitSizes: LimitSizes;
  /** The sides that signed sizes may have, in pixels, ascending. */
  readonly steps: readonly number[];
}

/** Adds a route to the app. */
export type EdgeRoute = (app: Hono<HttpBindings>, services: EdgeServices) => void;
