import type { Warning } from '@imagemill/report';

interface Warned {
  readonly warnings?: readonly Warning[] | undefined;
}

/** For the holder of a follow token, which is for one image: the ids of the tenant's other images are left out of the warnings. */
export const withoutOtherImages = <Shown extends Warned>(shown: Shown): Shown =>
  shown.warnings ? { ...shown, warnings: shown.warnings.map(withoutImage) } : shown;

function withoutImage(warning: Warning): Warning {
  if (!('of' in warning)) return warning;
  const { of: _, ...rest } = warning;
  return rest;
}
