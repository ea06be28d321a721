/** What the API takes and answers. A type-level test holds all of it against the API's own schemas. */

export type ImageFormat = 'avif' | 'webp' | 'jpeg' | 'png';

export type ImageStatus = 'awaiting-upload' | 'queued' | 'processing' | 'ready' | 'rejected' | 'failed' | 'expired';

/** One produced file; width and height in pixels. */
export interface Rendition {
  variant: string;
  format: ImageFormat;
  url: string;
  width: number;
  height: number;
  bytes: number;
}

/** What the upload turned out to be; width and height in pixels, upright. */
export interface SourceFacts {
  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';
  width: number;
  height: number;
  /** EXIF orientation of the file as uploaded, 1 to 8. */
  orientation: number;
  colourSpace: string;
  hasAlpha: boolean;
  frames: number;
  bytes: number;
}

/** Where an image stands, and what there is of it. `renditions` grows as they go live. */
export interface Image {
  imageId: string;
  category: string;
  /** As the upload request named the file; undefined when that is not known (yet). */
  filename?: string | undefined;
  /** What the upload request gave, unchanged. */
  metadata: Record<string, string>;
  status: ImageStatus;
  progress: { done: number; total: number };
  source?: SourceFacts | undefined;
  /** ThumbHash, base64. */
  placeholder?: string | undefined;
  /** As `#rrggbb`. */
  dominantColour?: string | undefined;
  renditions: Rendition[];
  error?: { code: string; message: string } | undefined;
  attempts: number;
  createdAt: string;
  readyAt?: string | undefined;
}

/** An image whose renditions are all live. */
export interface ReadyImage extends Image {
  status: 'ready';
}

/** Where a rendition will be, unless its picture turns out to be none. */
export interface PlannedRendition {
  variant: string;
  format: string;
  url: string;
}

export type UploadMethod = 'PUT' | 'POST' | 'MULTIPART';

export interface UploadRequest {
  filename: string;
  contentType: string;
  /** Bytes. */
  contentLength: number;
  category: string;
  /** Base64; what arrives is held against it. */
  checksumSha256?: string | undefined;
  method?: UploadMethod | undefined;
  /** Up to 16 short strings. */
  metadata?: Record<string, string> | undefined;
}

interface TicketOfAnyMethod {
  imageId: string;
  key: string;
  uploadUrl: string;
  /** To be sent with the upload exactly as they stand. */
  headers: Record<string, string>;
  expiresAt: string;
  statusUrl: string;
  /** Server-sent events. */
  eventsUrl: string;
  /** Reads both of these, of this one image, in the place of an API key. */
  followToken?: string | undefined;
  renditions: PlannedRendition[];
}

export interface PutTicket extends TicketOfAnyMethod {
  method: 'PUT';
}

export interface PostTicket extends TicketOfAnyMethod {
  method: 'POST';
  /** Of a form that is sent as multipart/form-data, with the file as its last field. */
  fields: Record<string, string>;
}

export interface MultipartTicket extends TicketOfAnyMethod {
  method: 'MULTIPART';
  /** Bytes of each part but the last. */
  partSize: number;
  partCount: number;
}

export type UploadTicket = PutTicket | PostTicket | MultipartTicket;

export interface ImportRequest {
  url: string;
  category: string;
  filename?: string | undefined;
  checksumSha256?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface ImportTicket {
  imageId: string;
  statusUrl: string;
  /** Server-sent events. */
  eventsUrl: string;
  followToken?: string | undefined;
  renditions: PlannedRendition[];
}
