import { type BenchFormat, SIDE } from './settings.ts';

interface IpxPicture {
  readonly file: string;
  readonly format: BenchFormat;
  readonly quality: number;
  /** Settings of the encoder, for our server around ipx; ipx ignores modifiers that it does not have. */
  readonly encoder?: Readonly<Record<string, unknown>>;
}

/** The path of a picture of this bench in ipx. */
export function ipxPath({ file, format, quality, encoder }: IpxPicture): string {
  const settings = encoder ? [`encoder_${Buffer.from(JSON.stringify(encoder)).toString('hex')}`] : [];
  return `/${[`f_${format}`, `s_${SIDE}x${SIDE}`, 'fit_inside', `q_${quality}`, ...settings].join(',')}/${file}`;
}

/** The settings of the encoder in a path. */
export function encoderOf(path: string): object {
  const hex = /,encoder_([\da-f]+)\//.exec(path)?.[1];
  return hex ? JSON.parse(Buffer.from(hex, 'hex').toString()) : {};
}
