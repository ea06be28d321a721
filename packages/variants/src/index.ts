export { type Categories, type CategorySpec, loadCategories } from './categories.ts';
export { ENGINE_VERSION, type EncoderSettings, encoderSettings, roundPng, tinySource } from './encoder-settings.ts';
export { type EntryName, selectEntries, uploadEntries } from './entries.ts';
export { Focus } from './focus.ts';
export {
  cachedPaths,
  deletionKey,
  finishedKey,
  type ImageAddress,
  ImageId,
  manifestKey,
  type OriginalAddress,
  originalFolder,
  originalKey,
  parseDeletionKey,
  parseOriginalKey,
  parseRenditionKey,
  parseTombstoneKey,
  prefixes,
  type RenditionAddress,
  renditionFolder,
  renditionKey,
  sizeKey,
  Tenant,
  timeOfId,
  tombstoneKey,
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
export { type OwnSettings, ownSpec } from './own-spec.ts';
export { type Area, crops, decodeSize, pads, planRenditions, type RenditionPlan, type Size } from './plan.ts';
export { DigitalSourceType, Provenance, Rendition, SourceFacts } from './rendition.ts';
export { revisionOf } from './revision.ts';
export { isOpenSize, type OpenSize, OpenSizes } from './sizes/open-sizes.ts';
export {
  defaultSizeSteps,
  type RenderedSize,
  renderedSize,
  SizeSteps,
  sizeName,
  variantOfSize,
} from './sizes/rendered-size.ts';
export { createSignatureCheck, type SignatureCheck, type Signed, signatureOf, signedText } from './sizes/signature.ts';
export { type SigningKey, SigningKeys, secretBytes } from './sizes/signing-keys.ts';
export {
  type AskedSignature,
  type AskedSize,
  parseSizeQuery,
  type SizeProblem,
  type SizeProblemCode,
  type SizeQuery,
} from './sizes/size-query.ts';
export { signedSizeUrl, sizePath } from './sizes/size-url.ts';
export { avatarSet, productSet } from './standard-sets.ts';
export { CACHE_IMMUTABLE, CACHE_PRIVATE, type PlannedRendition, plannedRenditions, publicUrl } from './urls.ts';
export {
  Category,
  Colour,
  Fit,
  Format,
  KeptMetadata,
  Position,
  Shape,
  Variant,
  VariantName,
  VariantSet,
} from './variant.ts';
export { type VariantSets, variantSets } from './variant-sets.ts';
