import sharp from 'sharp';

/** The difference of two encoded pictures of the same size, in levels. */
export async function rootMeanSquare(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((bytes) => sharp(bytes).raw().toBuffer()));
  const squares = a?.reduce((sum, level, index) => sum + (level - (b?.[index] ?? Number.NaN)) ** 2, 0) ?? Number.NaN;
  return Math.sqrt(squares / (a?.length ?? 0));
}
