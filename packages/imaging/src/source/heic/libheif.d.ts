/** The part of libheif's JavaScript interface that is used here; the package has no types for it. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  export interface HeifFailure {
    readonly code: unknown;
    readonly message: string;
  }
  export interface HeifChannel {
    readonly data: Uint8Array;
    readonly width: number;
    readonly height: number;
    /** Bytes. */
    readonly stride: number;
    readonly bits_per_pixel: number;
  }
  export interface HeifDecoded {
    readonly code?: undefined;
    readonly image: unknown;
    readonly channels: readonly [HeifChannel];
  }
  export interface Libheif {
    readonly ready: Promise<unknown>;
    readonly heif_error_code: { readonly heif_error_Ok: unknown; readonly heif_error_Memory_allocation_error: unknown };
    readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
    readonly heif_chroma: {
      readonly heif_chroma_interleaved_RGB: unknown;
      readonly heif_chroma_interleaved_RGBA: unknown;
      readonly heif_chroma_interleaved_RRGGBB_LE: unknown;
      readonly heif_chroma_interleaved_RRGGBBAA_LE: unknown;
    };
    heif_context_alloc(): unknown;
    heif_context_read_from_memory(context: unknown, file: Uint8Array): HeifFailure;
    /** Returns an error instead of a handle for a file without a primary picture. */
    heif_js_context_get_primary_image_handle(context: unknown): Partial<HeifFailure>;
    heif_image_handle_has_alpha_channel(handle: unknown): number;
    heif_js_decode_image2(handle: unknown, colorspace: unknown, chroma: unknown): Promise<HeifFailure | HeifDecoded>;
  }
  // biome-ignore lint/style/noDefaultExport: it is the package's.
  export default function createLibheif(): Libheif;
}
