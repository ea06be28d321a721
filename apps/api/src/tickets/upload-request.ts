import { METADATA_BYTES_MAX, metadataBytes } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { type Categories, SourceMediaType, sourceMediaTypeAliases, sourceMediaTypeOf } from '@imagemill/variants';
import { z } from 'zod';
import { Filename, Metadata } from '../images/seller-text.ts';
import { categoryField, EnhanceField, FocusField, Sha256Field } from './request-fields.ts';

const withCode = (code: string, message: string, limit?: number) => ({ params: { code, limit }, error: message });

const MEDIA_TYPE_LENGTH_MAX = 256;

/** Normalised: the signature and the extension of the key do not depend on the spelling of the type. */
const SourceTypeField = z
  .string()
  .max(MEDIA_TYPE_LENGTH_MAX)
  .meta({
    description:
      `media type of the file: ${SourceMediaType.options.join(', ')}, in any case and with any parameters, or an ` +
      `alias (${sourceMediaTypeAliases.join(', ')}); the ticket's headers carry the normalised type`,
    examples: SourceMediaType.options,
  })
  .transform((type, context) => {
    const known = sourceMediaTypeOf(type);
    if (known) return known;
    const message = `must be one of ${SourceMediaType.options.join(', ')}`;
    context.addIssue({ code: 'custom', params: { code: 'unsupported-type' }, message });
    return z.NEVER;
  });

/** The metadata of a ticket's original. */
export type MetadataOfTicket = (
  ticket: Pick<RenderImage, 'filename' | 'metadata' | 'focus' | 'enhance' | 'checksumSha256'>,
) => Record<string, string>;

interface Limits {
  readonly maxUploadBytes: number;
  readonly metadataOf: MetadataOfTicket;
}

/** The body of an upload request, within this deployment's categories and limits. */
export const uploadRequest = (categories: Categories, { maxUploadBytes, metadataOf }: Limits) =>
  z
    .strictObject({
      filename: Filename,
      contentType: SourceTypeField,
      contentLength: z
        .int()
        .refine((bytes) => bytes > 0, withCode('empty-upload', 'must be more than 0 bytes'))
        .refine(
          (bytes) => bytes <= maxUploadBytes,
          withCode('upload-too-large', `must be at most ${maxUploadBytes} bytes`, maxUploadBytes),
        )
        .meta({ minimum: 1, maximum: maxUploadBytes }),
      category: categoryField(categories),
      checksumSha256: Sha256Field.optional(),
      method: z.enum(['PUT', 'POST', 'MULTIPART']).default('PUT').meta({
        description:
          'POST for a web form, MULTIPART for a large file in parts; a small file gets a PUT even if MULTIPART is requested',
      }),
      metadata: Metadata.default({}),
      focus: FocusField.optional(),
      enhance: EnhanceField.optional(),
    })
    .refine((ticket) => metadataBytes(metadataOf(ticket)) <= METADATA_BYTES_MAX, {
      path: ['metadata'],
      params: { code: 'invalid-field' },
      error: `is too long: with the file name, and encoded, at most ${METADATA_BYTES_MAX} bytes`,
    });

/** A valid upload request. */
export type UploadRequest = z.output<ReturnType<typeof uploadRequest>>;

/** As the client sent it: the settings of a category may change between two equal requests. */
export const withCategoryName = (request: UploadRequest) => ({ ...request, category: request.category.name });
