import type { HeldImages, ImageRecord, ImageRecords, ImageView, ListImages, RenditionUrls } from '@imagemill/images';
import type { Deletions, TenantManifests } from '@imagemill/manifests';
import type { ImageIndex, PurgeQueue, ReadTenantMemory, RenderQueue, WebhookQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import type { Categories } from '@imagemill/variants';
import type { Hono } from 'hono';
import type { FollowTokens } from '../auth/follow-tokens.ts';
import type { QueueFigures } from '../backlog/queue-figures.ts';
import type { Board } from '../board/serve-board.ts';
import type { ReportUploads } from '../bucket-events/report-uploads.ts';
import type { ConsolePage } from '../console/console-page.ts';
import type { TicketLimits } from '../limits/admit-tickets.ts';
import type { RequestLimits } from '../limits/request-limits.ts';
import type { LiveImages } from '../live/live-images.ts';
import type { OriginalsWatch } from '../tickets/originals-watch.ts';
import type { MetadataOfTicket } from '../tickets/upload-request.ts';
import type { ApiBindings } from './bindings.ts';
import type { BodyRoom } from './body-room.ts';
import type { RefusalDelay } from './delay-refusals.ts';
import type { RequestTurns } from './request-turns.ts';

export interface ApiSettings {
  readonly apiBaseUrl: string;
  /** Of the renditions' URLs. */
  readonly imageBaseUrls: readonly string[];
  readonly maxUploadBytes: number;
  readonly uploadUrlTtlSeconds: number;
  readonly uploadCheckDelayMs: number;
  /** Files up to this size get a PUT, even if an upload in parts was requested. */
  readonly multipartThreshold: number;
  /** How long an image waits for its parts. */
  readonly multipartTtlSeconds: number;
  /** Web origins whose pages may call the API. */
  readonly corsOrigins: readonly string[];
}

/** The services of the routes. */
export interface ApiServices {
  readonly categories: Categories;
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly queue: RenderQueue;
  readonly queueFigures: QueueFigures;
  readonly tenantMemory: ReadTenantMemory;
  readonly originalsWatch: OriginalsWatch;
  readonly metadataOf: MetadataOfTicket;
  /** Set if FOLLOW_TOKEN_SECRET is set. */
  readonly followTokens?: FollowTokens | undefined;
  readonly webhooks: WebhookQueue;
  readonly failedPurges: PurgeQueue['failed'];
  readonly manifests: TenantManifests;
  readonly deletions: Deletions;
  readonly records: ImageRecords;
  readonly heldImages: HeldImages;
  readonly index: ImageIndex;
  readonly listImages: ListImages;
  readonly renditionUrls: RenditionUrls;
  readonly view: (record: ImageRecord) => ImageView;
  readonly limits: TicketLimits;
  readonly requestLimits: RequestLimits;
  readonly bodyRoom: BodyRoom;
  readonly requestTurns: RequestTurns;
  readonly refusalDelay: RefusalDelay;
  /** Set if CONSOLE_DIR is set. */
  readonly console?: ConsolePage | undefined;
  /** Set if BOARD_SESSION_SECRET is set. */
  readonly board?: Board | undefined;
  readonly live: LiveImages;
  readonly reportUploads: ReportUploads;
  readonly settings: ApiSettings;
}

/** One operation: adds its route to the app. */
export type ApiRoute = (app: Hono<ApiBindings>, services: ApiServices) => void;
