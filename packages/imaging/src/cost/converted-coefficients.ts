/**
 * For each megapixel of formats that other decoders than libvips decode. `pnpm bench cost` has no encoders for them: these are upper bounds.
 * HEIC, with photographs of 3 and 12 megapixels from `heif-enc`: 123 ms and 15 MB a megapixel, and with files of phones, 90 to 150 ms and
 * 17 to 20 MB. BMP: 7 ms with 24 bits, 14 to 19 with a palette, 28 to 35 with masks, and 6 to 8 MB, of 12 megapixels.
 * JPEG XL, of `cjxl` with 3 and 12 megapixels: 330 to 400 ms, 28 to 33 MB.
 *
 * For each thousand strips or tiles of a TIFF: 60,000 of deflate, of 16 pixels each, take 0.32 s more than one, most of it in `intact-tiff.ts`.
 */
export const convertedCoefficients = {
  cpuMs: { 'decode heic': 150, 'decode bmp': 40, 'decode jxl': 450, strips: 6 },
  memoryBytes: { 'hold heic': 22_000_000, 'hold bmp': 9_000_000, 'hold jxl': 38_000_000 },
};
