import type { Warning, WarningCode } from '@imagemill/report';

interface Warned {
  readonly warnings?: readonly Warning[] | undefined;
}

/** For the holder of a follow token, which is for one image: the ids of the tenant's other images are left out of the warnings. */
export const withoutOtherImages = <Shown extends Warned>(shown: Shown): Shown =>
  shown.warnings ? { ...shown, warnings: shown.warnings.map(withoutImage) } : shown;

/** A warning that names no image. A new code that has an `of` does not compile below until it has its own case. */
type Unnamed = { readonly code: WarningCode; readonly of?: never };

function withoutImage(warning: Warning): Warning & Unnamed {
  switch (warning.code) {
    case 'duplicate':
      return { code: warning.code };
    case 'near-duplicate':
      return { code: warning.code, bits: warning.bits };
    default:
      return warning;
  }
}
