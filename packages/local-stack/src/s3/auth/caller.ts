/** The owner of the server's one key pair, or anybody. */
export type Caller = { readonly kind: 'owner'; readonly signature: VerifiedSignature } | { readonly kind: 'anonymous' };

/** What the signatures of an aws-chunked body continue from. */
export interface VerifiedSignature {
  readonly signature: string;
  readonly scope: string;
  readonly signedAt: Date;
}
