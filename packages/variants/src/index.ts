export type { Box } from './box.ts';
export {
  type Categories,
  type CategorySpec,
  isSurelyPrivate,
  isSurelyPublic,
  loadCategories,
  loadVariantSets,
  moderatedCategories,
  privateCategories,
} from './categories.ts';
export {
  ENGINE_VERSION,
  type EncodedSize,
  type EncoderSettings,
  effortOf,
  encoderSettings,
  gainMapSettings,
  graphicSettings,
  roundPng,
  settingsOfSize,
  tinySource,
} from './encoder-settings.ts';
export { Enhance } from './enhance.ts';
export { type EntryName, selectEntries, uploadEntries } from './entries.ts';
export { focusOnFaces } from './faces.ts';
export { type Decided, Focus, FocusChoice, SkippedStep } from './focus.ts';
export { keepsAnimation } from './keeps-animation.ts';
export {
  cachedPaths,
  deletionKey,
  doctorKey,
  eventProbeKey,
  finishedKey,
  type ImageAddress,
  ImageId,
  isPrivateKey,
  manifestKey,
  type OriginalAddress,
  originalFolder,
  originalKey,
  type ParsedRenditionKey,
  parseDeletionKey,
  parseEventProbeKey,
  parseOriginalKey,
  parsePreviewKey,
  parseRenditionKey,
  parseTombstoneKey,
  prefixes,
  previewKey,
  type RenditionAddress,
  renditionFolder,
  renditionKey,
  sizeKey,
  skipOriginals,
  Tenant,
  timeOfId,
  tombstoneKey,
  uploadSweepKey,
  workerCanaryKey,
} from './keys.ts';
export {
  fileExtensions,
  formatMediaTypes,
  IMPORTED_MEDIA_TYPE,
  OriginalMediaType,
  SourceMediaType,
  sourceExtensions,
  sourceMediaTypeAliases,
  sourceMediaTypeOf,
} from './media-types.ts';
export { faceFrame, faceModel } from './models.ts';
export { OwnSettings, ownSettings, ownSpec } from './own-spec.ts';
export {
  type Area,
  crops,
  decodeSize,
  type KnownOfImage,
  pads,
  planRenditions,
  type RenditionPlan,
  type Size,
} from './plan.ts';
export { type PrivateSignature, parsePrivateQuery, privateText } from './private/private-url.ts';
export { DigitalSourceType, Provenance, Rendition, SourceFacts } from './rendition.ts';
export { revisionOf } from './revision.ts';
export { signingEnv } from './signing/env.ts';
export { missingSigningKeys } from './signing/missing-signing-keys.ts';
export {
  createSignatureCheck,
  type SignatureCheck,
  type Signed,
  signatureOf,
  signedText,
} from './signing/signature.ts';
export type { SignatureProblem } from './signing/signature-fields.ts';
export { type SigningKey, SigningKeys, secretBytes } from './signing/signing-keys.ts';
export { isOpenSize, type OpenSize, OpenSizes } from './sizes/open-sizes.ts';
export {
  defaultSizeSteps,
  type RenderedSize,
  renderedSize,
  SizeSteps,
  sizeName,
  variantOfSize,
  withinOriginal,
} from './sizes/rendered-size.ts';
export {
  type AskedSignature,
  type AskedSize,
  parseSizeQuery,
  type SizeProblem,
  type SizeQuery,
  sizeFields,
  sizeFocuses,
} from './sizes/size-query.ts';
export { signedSizeUrl, sizePath } from './sizes/size-url.ts';
export { avatarSet, productSet } from './standard-sets.ts';
export { CACHE_IMMUTABLE, CACHE_PRIVATE, type PlannedRendition, plannedRenditions, publicUrl } from './urls.ts';
export { Variant, VariantSet } from './variant.ts';
export {
  Category,
  Colour,
  Fit,
  Format,
  KeptMetadata,
  Position,
  Shape,
  VariantName,
} from './variant-fields.ts';
export { type VariantSets, variantSets } from './variant-sets.ts';
export { Visibility } from './visibility.ts';
export type { WatermarkFile, WatermarkFiles } from './watermark/load-watermarks.ts';
export { type MarkArea, markPlaces, Place, Watermark, watermarkArea } from './watermark/watermark.ts';
