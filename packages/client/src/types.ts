/** Requests and responses of the API. A type-level test compares them with the API's schemas. */

export type ImageFormat = 'avif' | 'webp' | 'jpeg' | 'png';

export type ImageStatus =
  | 'awaiting-upload'
  | 'queued'
  | 'processing'
  | 'ready'
  | 'rejected'
  /** Moderation keeps it back. It is ready or rejected later, after an operator has looked at it. */
  | 'held'
  | 'failed'
  | 'expired';

/** One file; width and height in pixels. */
export interface Rendition {
  variant: string;
  format: ImageFormat;
  url: string;
  /** When `url` ends, if its category is private: the status of the image has a new one. */
  expiresAt?: string | undefined;
  width: number;
  height: number;
  /** Its border is trimmed when it is made: until then, width and height are the largest possible ones. */
  atMost?: true | undefined;
  /** `null` if it is made on its first request. */
  bytes: number | null;
  /** It is made on its first request; missing if it is stored. */
  planned?: true | undefined;
}

/** The most important point of an image, in shares of its upright width and height, from its top left corner. */
export interface Focus {
  x: number;
  y: number;
}

/** Facts about the original; width and height in pixels, upright. */
export interface SourceFacts {
  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'heic' | 'gif' | 'tiff' | 'bmp' | 'jxl';
  width: number;
  height: number;
  /** EXIF orientation of the file as uploaded, 1 to 8. */
  orientation: number;
  colourSpace: string;
  hasAlpha: boolean;
  frames: number;
  bytes: number;
  /** It has a GPS position, which no rendition has. */
  hasLocation?: true | undefined;
  /** The name of its colour profile, or of its gamut; missing for sRGB. */
  colourProfile?: string | undefined;
  /** How an HDR picture is stored. */
  hdr?: 'pq' | 'hlg' | 'gain-map' | undefined;
  isAnimated?: true | undefined;
}

/** What the original says about its own origin. Nothing of it is verified. */
export interface Provenance {
  /** It contains a C2PA manifest, which no rendition contains. */
  c2pa: boolean;
  /** IPTC's code for how the picture was made, which every rendition keeps. */
  digitalSourceType?: string | undefined;
}

/** What a seller should know about an image. `messageForWarning` of `@imagemill/client/messages` puts it into words. */
export type ImageWarning =
  /** The original has too few pixels for these variants; `needed` is the smallest original of the same shape that has enough. */
  | {
      code: 'too-small';
      variants: string[];
      width: number;
      height: number;
      needed: { width: number; height: number };
    }
  /** The original contains the place where it was taken; renditions do not. */
  | { code: 'location-removed' }
  /** The colours of the original were converted to sRGB. */
  | { code: 'profile-converted'; profile: string }
  /** The original is an HDR picture; the renditions are not. */
  | { code: 'hdr-dropped'; hdr: 'pq' | 'hlg' | 'gain-map' }
  /** The original is an animation; the renditions show its first frame. */
  | { code: 'animation-dropped' }
  /** According to its metadata, the original was made or edited with generative AI. */
  | { code: 'ai-mark'; digitalSourceType: string }
  /** Nothing in the picture is in focus. */
  | { code: 'blurry' }
  /** Even the lightest parts are dark. */
  | { code: 'too-dark' }
  /** Most of the picture is nearly white. */
  | { code: 'too-bright' }
  /** The picture has bars or a frame at these sides. */
  | { code: 'framed'; sides: ('top' | 'right' | 'bottom' | 'left')[] }
  /** An older image of the same tenant has the same bytes. `of` is its id; missing with a follow token. */
  | { code: 'duplicate'; of?: string | undefined }
  /** The older image `of` looks nearly the same, as above; `bits` of 64 of their perceptual hashes differ. */
  | { code: 'near-duplicate'; of?: string | undefined; bits: number };

/** What is done to the pixels of a picture: `sharpen` is for a blurred one, and makes any other worse. */
export type Enhance = 'sharpen';

/** A focus, and what it was chosen by. */
export interface FocusChoice extends Focus {
  by: 'seller' | 'face' | 'attention' | 'centre';
}

/** The status of an image. `renditions` grows as they go live. */
export interface Image {
  imageId: string;
  category: string;
  /** From the upload request; undefined while unknown. */
  filename?: string | undefined;
  /** From the upload request, unchanged. */
  metadata: Record<string, string>;
  /** The point around which variants with the position `focus` are cropped; undefined if none was given. */
  focus?: Focus | undefined;
  /** As requested; undefined if it was not. */
  enhance?: Enhance | undefined;
  /**
   * The point around which variants with the position `face` are cropped, and what it was chosen by; undefined until the image is ready, and
   * if its category has no such variant.
   */
  chosenFocus?: FocusChoice | undefined;
  /** Steps that the image was made without: faces were not detected. */
  skipped?: 'faces'[] | undefined;
  /** Missing until the original was examined; empty if there is nothing to say. */
  warnings?: ImageWarning[] | undefined;
  status: ImageStatus;
  progress: { done: number; total: number };
  source?: SourceFacts | undefined;
  /** Missing if the original says nothing about its origin. */
  provenance?: Provenance | undefined;
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

/** The facts about the original of an image, and the warnings for its seller. */
export interface ImageReport
  extends Pick<Image, 'imageId' | 'category' | 'filename' | 'status' | 'error' | 'source' | 'provenance' | 'warnings'> {
  /** What `warnings` are based on; `header` if the pixels were not examined, as for a held image. */
  examined: 'nothing' | 'header' | 'pixels';
  /** Checks that the warnings were made without: the search for duplicates was skipped. */
  unchecked?: 'duplicates'[] | undefined;
  /** Missing if its category is not moderated, or before there is a verdict. */
  moderation?:
    | { verdict: 'allow' | 'hold' | 'reject'; by: 'service' | 'operator' | 'service-down' | 'age'; at: string }
    | undefined;
}

/** An image whose renditions are all live. */
export interface ReadyImage extends Image {
  status: 'ready';
}

/** The future URL of a rendition, unless the image is rejected. */
export interface PlannedRendition {
  variant: string;
  format: string;
  url: string;
  /** When `url` ends, if its category is private. */
  expiresAt?: string | undefined;
  /** It is made on its first request. */
  planned?: true | undefined;
}

/** A URL that works until it expires. */
export interface SignedUrl {
  url: string;
  expiresAt: string;
}

export type UploadMethod = 'PUT' | 'POST' | 'MULTIPART';

export interface UploadRequest {
  filename: string;
  contentType: string;
  /** Bytes. */
  contentLength: number;
  category: string;
  /** Base64. The uploaded bytes are verified against it. */
  checksumSha256?: string | undefined;
  method?: UploadMethod | undefined;
  /** Up to 16 short strings. */
  metadata?: Record<string, string> | undefined;
  /** The point around which variants with the position `focus` are cropped. */
  focus?: Focus | undefined;
  /** For a picture that is known to be blurred. */
  enhance?: Enhance | undefined;
}

interface TicketOfAnyMethod {
  imageId: string;
  key: string;
  uploadUrl: string;
  /** Must be sent with the upload, unchanged. */
  headers: Record<string, string>;
  expiresAt: string;
  statusUrl: string;
  /** Server-sent events. */
  eventsUrl: string;
  /** Reads both of these for this image, without an API key. */
  followToken?: string | undefined;
  renditions: PlannedRendition[];
}

export interface PutTicket extends TicketOfAnyMethod {
  method: 'PUT';
}

export interface PostTicket extends TicketOfAnyMethod {
  method: 'POST';
  /** Of a multipart/form-data form whose last field is the file. */
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
  focus?: Focus | undefined;
  enhance?: Enhance | undefined;
}

export interface ImportTicket {
  imageId: string;
  statusUrl: string;
  /** Server-sent events. */
  eventsUrl: string;
  followToken?: string | undefined;
  renditions: PlannedRendition[];
}
