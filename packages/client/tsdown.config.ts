import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/react.ts', 'src/uppy.ts'],
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  // The source has explicit types on all that it exports, so declarations need no type checker.
  dts: { oxc: true },
  sourcemap: true,
  fixedExtension: true,
  deps: { onlyBundle: ['eventsource-parser', 'thumbhash'] },
});
