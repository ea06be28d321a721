import type { HttpBindings } from '@imagemill/http';
import type { Categories } from '@imagemill/variants';
import type { Hono } from 'hono';
import type { Outcome, PictureServices } from '../serve/get-picture.ts';

export interface EdgeServices extends PictureServices {
  readonly categories: Categories;
  readonly onDelivered: (outcome: Outcome) => void;
}

/** Adds a route to the app. */
export type EdgeRoute = (app: Hono<HttpBindings>, services: EdgeServices) => void;
