/**
 * The model that finds faces, by its file's SHA-256. It decides the bytes of entries with the position `face`, and is part of the
 * revision of sets that have such entries. docs/models.md has its origin and licence.
 */
export const faceModel = {
  name: 'ultraface-rfb-320',
  sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
} as const;

/**
 * How a picture is scaled to the frame in which faces are looked for: reduced with this kernel, after its pixels were repeated where it is
 * smaller than the frame. It decides which ones are found: a picture that is enlarged with `linear` is too soft for the model. Part of the
 * same revisions.
 */
export const faceFrame = { kernel: 'cubic', enlargedBy: 'repetition' } as const;
