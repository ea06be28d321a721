import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/messages.ts', 'src/placeholder.ts', 'src/react.ts', 'src/sizes.ts', 'src/uppy.ts'],
  format: ['esm', 'cjs'],
  platform: 'browser',
  target: 'es2022',
  // The source has explicit types on all that it exports, so declarations need no type checker.
  dts: { generator: 'oxc' },
  sourcemap: true,
  fixedExtension: true,
});
