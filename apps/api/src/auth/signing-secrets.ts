import { z } from 'zod';

const SECRET_BYTES_MIN = 32;

/** Secrets of at least 256 bits, separated by commas. */
export const SigningSecrets = z.string().transform((text, context): readonly [string, ...string[]] => {
  const [first, ...others] = text.split(',').map((secret) => secret.trim());
  const secrets = [first ?? '', ...others] as const;
  if (secrets.some((secret) => Buffer.byteLength(secret) < SECRET_BYTES_MIN)) {
    context.addIssue({ code: 'custom', message: `each secret must have at least ${SECRET_BYTES_MIN} bytes` });
  }
  return secrets;
});
