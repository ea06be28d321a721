import { bt2020Gamut, type Chromaticities, gamutMatrix } from './gamut.ts';
import { REFERENCE_WHITE } from './transfer.ts';

/** The assumed peak luminance in cd/m² of a picture that declares none: the usual mastering peak. */
const PEAK = 1000;
/** The same, in multiples of white. */
const peak = PEAK / REFERENCE_WHITE;

/** Reference white maps to half the light of a page's white, which leaves headroom for brighter colours. */
const WHITE = 0.5;
/** The position of the curve's bend, as a share of the way to the top. */
const BEND = 0.65;

/**
 * The gain of a colour, by the light of its strongest channel (1 is white): the reference white tone mapping operator of
 * SMPTE ST 2094-50, as in Chromium. Linear up to white, then a quadratic Bézier curve up to the peak.
 */
function toneGain(light: number): number {
  if (light <= 1) return WHITE;
  if (light >= peak) return 1 / light;
  return heightAt(light) / light;
}

/** The curve runs from (1, WHITE) through the bend to (peak, 1). */
const bend = { x: 1 - BEND + BEND / WHITE, y: (1 - BEND) * WHITE + BEND };

function heightAt(light: number): number {
  const a = 1 - 2 * bend.x + peak;
  const b = bend.x - 1;
  // The curve's parameter t at this light: a·t² + 2·b·t = light − 1.
  const t = (Math.sqrt(b * b + a * (light - 1)) - b) / a;
  return (1 - t) ** 2 * WHITE + 2 * t * (1 - t) * bend.y + t * t;
}

/** A screen of 1,000 cd/m² raises the scene's luminance to this power: https://www.itu.int/rec/R-REC-BT.2100, table 5. */
const HLG_GAMMA = 1.2;

/** The gain from scene light to screen light, in multiples of white; `luminance` is that of the scene, 0 to 1. */
const hlgGain = (luminance: number): number => peak * luminance ** (HLG_GAMMA - 1);

export type Gain = (red: number, green: number, blue: number) => number;

/** The gain that maps the linear light of a colour of this gamut to the range of an SDR screen. */
export function hdrGain(hdr: 'pq' | 'hlg', gamut: Chromaticities): Gain {
  const [r, g, b] = gamutMatrix(gamut, bt2020Gamut);
  return (red, green, blue) => {
    const wideRed = r[0] * red + r[1] * green + r[2] * blue;
    const wideGreen = g[0] * red + g[1] * green + g[2] * blue;
    const wideBlue = b[0] * red + b[1] * green + b[2] * blue;
    // BT.2020's luminance.
    const screen = hdr === 'hlg' ? hlgGain(0.2627 * wideRed + 0.678 * wideGreen + 0.0593 * wideBlue) : 1;
    return screen * toneGain(screen * Math.max(wideRed, wideGreen, wideBlue));
  };
}
