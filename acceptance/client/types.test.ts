import type {
  Image,
  ImagemillError,
  ImageReport,
  ImportRequest,
  ImportTicket,
  SignedUrl,
  UploadRequest,
  UploadTicket,
} from '@imagemill/client';
import type { ImageUpload } from '@imagemill/client/react';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ImportTicket as ApiImportTicket } from '../../apps/api/src/routes/import-image.ts';
import type { SizeUrl } from '../../apps/api/src/routes/sign-size.ts';
import type { importRequest } from '../../apps/api/src/tickets/import-request.ts';
import type { uploadRequest } from '../../apps/api/src/tickets/upload-request.ts';
import type { UploadTicket as ApiUploadTicket } from '../../apps/api/src/tickets/upload-ticket.ts';
import type { ImageReport as ApiImageReport, ImageView } from '../../packages/images/src/index.ts';

// Verified by the type check, not at run time. The client repeats these types because it is published without the API's schemas.

test('the types of responses match those of the API', () => {
  expectTypeOf<Image>().toEqualTypeOf<z.input<typeof ImageView>>();
  expectTypeOf<ImageReport>().toEqualTypeOf<z.input<typeof ApiImageReport>>();
  expectTypeOf<UploadTicket>().toEqualTypeOf<z.input<typeof ApiUploadTicket>>();
  expectTypeOf<SignedUrl>().toEqualTypeOf<z.input<typeof SizeUrl>>();
  expectTypeOf<ImportTicket>().toEqualTypeOf<z.input<typeof ApiImportTicket>>();
});

test('the error of a React upload is an ImagemillError', () => {
  expectTypeOf<ImageUpload['error']>().toEqualTypeOf<ImagemillError | undefined>();
});

test('the types of requests match those of the API', () => {
  expectTypeOf<UploadRequest>().toEqualTypeOf<z.input<ReturnType<typeof uploadRequest>>>();
  expectTypeOf<ImportRequest>().toEqualTypeOf<z.input<ReturnType<typeof importRequest>>>();
});
