import { Problem } from '@imagemill/http';
import type { SignatureProblem } from '@imagemill/variants';

/** 403. Not cached: a key may be added, and clocks differ. */
export const signatureProblem = ({ code, message: detail }: Pick<SignatureProblem<string>, 'code' | 'message'>) =>
  new Problem({ status: 403, code, detail, headers: { 'cache-control': 'no-store' } });
