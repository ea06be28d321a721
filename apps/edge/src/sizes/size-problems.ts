import { Problem } from '@imagemill/http';
import type { SizeProblem } from '@imagemill/variants';
import { signatureProblem } from '../http/signature-problem.ts';

const INVALID_MAX_AGE_S = 60;
const notCached = { 'cache-control': 'no-store' };

/** 400 for a size that cannot be, and 403 for one that is not allowed. */
export const sizeProblem = ({ code, message: detail }: Pick<SizeProblem, 'code' | 'message'>) =>
  code === 'invalid-size'
    ? new Problem({ status: 400, code, detail, headers: { 'cache-control': `public, max-age=${INVALID_MAX_AGE_S}` } })
    : signatureProblem({ code, message: detail });

export const keyNotAllowed = () =>
  new Problem({
    status: 403,
    code: 'signing-key-not-allowed',
    headers: notCached,
    detail: 'This signing key belongs to another tenant.',
  });

export const tooManySizes = (max: number) =>
  new Problem({
    status: 403,
    code: 'too-many-sizes',
    headers: notCached,
    detail: `${max} sizes of this image are stored. Use one of them, or wait until an old one is deleted.`,
  });
