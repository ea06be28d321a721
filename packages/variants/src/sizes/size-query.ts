import { z } from 'zod';
import {
  QUERY_CHARS_MAX,
  type SignatureProblem,
  type SignatureProblemCode,
  signatureFields,
} from '../signing/signature-fields.ts';
import { Fit, Format, Position } from '../variant-fields.ts';

/** The parameters that a signature covers, in the order in which they are signed. All others of a URL are ignored. */
const signedParameters = ['w', 'h', 'fit', 'f', 'q', 'dpr', 'focus', 'bg', 'exp', 'kid'] as const;
type SignedParameter = (typeof signedParameters)[number];

const SIDE_MAX = 16_383;

const whole = (max: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,4}$/, `must be a whole number from 1 to ${max}`)
    .transform(Number)
    .refine((value) => value <= max, `must be a whole number from 1 to ${max}`);

/** Not `face`: an image whose set does not look for faces has no decision. */
const SizeFocus = Position.exclude(['face']);
export const sizeFocuses = SizeFocus.options;

/** The parameters of a size. Every value has exactly one spelling: what is signed and what is read cannot differ. */
export const sizeFields = {
  /** Width and height of the box in CSS pixels. */
  w: whole(SIDE_MAX).optional(),
  h: whole(SIDE_MAX).optional(),
  fit: Fit.optional(),
  f: z.enum(['auto', ...Format.options]).optional(),
  q: whole(100).optional(),
  dpr: z.enum(['1', '1.5', '2', '3']).transform(Number).optional(),
  focus: SizeFocus.optional(),
  /** The background of `contain`: a colour without its #, which would have to be escaped. */
  bg: z
    .string()
    .regex(
      /^(?:[0-9a-f]{6}|transparent|auto|blur)$/,
      'must be a colour as rrggbb, in lower case, or transparent, auto, blur',
    )
    .optional(),
};

const fields = {
  ...sizeFields,
  exp: signatureFields.exp.optional(),
  kid: signatureFields.kid.optional(),
  s: signatureFields.s.optional(),
};

const Values = z
  .object(fields)
  .transform(({ w, h, fit = w && h ? 'cover' : 'inside', f = 'auto', dpr = 1, ...others }) => {
    return { ...others, w, h, fit, f, dpr };
  })
  .refine(({ w, h }) => w || h, 'w or h is required')
  .superRefine(({ w, h, fit }, { addIssue }) => {
    if (fit !== 'inside' && !w !== !h) addIssue(`fit=${fit} needs w and h`);
  })
  .refine(({ fit, focus }) => fit === 'cover' || focus === undefined, 'focus needs fit=cover')
  .refine(({ fit, bg }) => fit === 'contain' || bg === undefined, 'bg needs fit=contain')
  .refine(({ f, bg }) => f !== 'jpeg' || bg !== 'transparent', 'bg=transparent needs a format with transparency');

/** A size as it is asked for. `f` is `auto` if the request's Accept header chooses the format. */
export interface AskedSize {
  readonly w?: number | undefined;
  readonly h?: number | undefined;
  readonly fit: Fit;
  readonly f: Format | 'auto';
  /** 1 to 100; by default that of the format. */
  readonly q?: number | undefined;
  readonly dpr: number;
  readonly focus: Position;
  /** `rrggbb`, `transparent`, `auto` or `blur`; white if not given. */
  readonly bg?: string | undefined;
}

export interface AskedSignature {
  readonly kid: string;
  readonly s: string;
  /** Unix time in seconds. */
  readonly exp?: number | undefined;
  /** The query that the signature must belong to. */
  readonly canonicalQuery: string;
}

export type SizeProblem = SignatureProblem<SignatureProblemCode | 'invalid-size'>;

export type SizeQuery =
  | {
      readonly ok: true;
      readonly size: AskedSize;
      /** Undefined without `s`: then the size must be open. */
      readonly signature: AskedSignature | undefined;
      /** The names of the given parameters. */
      readonly given: ReadonlySet<string>;
    }
  | SizeProblem;

/**
 * Reads and validates the query of a size. Pure arithmetic over at most 2,048 characters: it costs nothing before the signature is
 * verified. Parameters that are not of a size are ignored; a repeated one of a size is a problem.
 *
 * @param query of a URL, with or without the question mark
 */
export function parseSizeQuery(query: string): SizeQuery {
  const raw = valuesOf(query);
  if (typeof raw === 'string') return invalid(raw);
  const parsed = Values.safeParse(Object.fromEntries(raw));
  if (!parsed.success) return invalid(issueOf(parsed.error));
  const { exp, kid, s, focus = 'centre', ...size } = parsed.data;
  const signature = s && kid ? { kid, s, exp, canonicalQuery: canonicalQuery(raw) } : undefined;
  if (!signature && (s || kid || exp)) {
    return { ok: false, code: 'signature-required', message: 'A signed URL has kid and s; exp is optional.' };
  }
  return { ok: true, size: { ...size, focus }, signature, given: new Set(raw.keys()) };
}

/** The known parameters, or the problem with them. */
function valuesOf(query: string): ReadonlyMap<string, string> | string {
  if (query.length > QUERY_CHARS_MAX) return `The query is longer than ${QUERY_CHARS_MAX} characters.`;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(fields, name)) continue;
    if (values.has(name)) return `${name} is given twice.`;
    values.set(name, value);
  }
  return values;
}

/** The given parameters in the order of `signedParameters`, as `name=value` joined by `&`; values need no escaping. */
export function canonicalQuery(values: ReadonlyMap<string, string>): string {
  const given = signedParameters.filter((name: SignedParameter) => values.has(name));
  return given.map((name) => `${name}=${values.get(name)}`).join('&');
}

const invalid = (message: string): SizeProblem => ({ ok: false, code: 'invalid-size', message });

function issueOf({ issues: [issue] }: z.ZodError): string {
  const expected = issue?.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : issue?.message;
  return `${[...(issue?.path ?? []), expected].join(' ')}.`;
}
