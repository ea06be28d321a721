import { type Colour, pads, type RenditionPlan } from '@imagemill/variants';
import { hexInP3 } from './colour/display-p3.ts';
import { dominantColour } from './dominant-colour.ts';
import type { Pixels } from './pixels.ts';
import type { PlacedMark } from './watermark/placed-mark.ts';

/** A plan with what only the decoded pixels show, and with what is over it. */
export interface BackedPlan extends RenditionPlan {
  /** What is behind the picture: a colour as #rrggbb in the colour space of the pixels, or `transparent`. */
  readonly backdrop: string;
  /** Whether a blurred copy of the picture is in between. */
  readonly isBlurred: boolean;
  /** What is over it. */
  readonly mark?: PlacedMark | undefined;
  /** Whether the whole picture is drawn: `is-graphic.ts`. */
  readonly isGraphic: boolean;
}

/** What is behind a blurred copy, and if a format without transparency asks for the colour of a transparent border. */
const WHITE = '#ffffff';

interface Decoded {
  /** Their border has the colour of the background `auto`. */
  readonly pixels: Pixels;
  readonly colour: Colour;
  readonly isGraphic: boolean;
}

export function withBackdrops(plans: readonly RenditionPlan[], { pixels, colour, isGraphic }: Decoded): BackedPlan[] {
  const inColour = (backdrop: string) => (colour === 'p3' && backdrop.startsWith('#') ? hexInP3(backdrop) : backdrop);
  const automatic = plans.some(({ variant }) => variant.background === 'auto') ? borderColour(pixels) : WHITE;
  return plans.map((plan) => {
    const { background, format } = plan.variant;
    const isBlurred = background === 'blur';
    const wanted = background === 'auto' ? automatic : inColour(background);
    const backdrop = isBlurred || (format === 'jpeg' && wanted === 'transparent') ? WHITE : wanted;
    return { ...plan, isGraphic, backdrop, isBlurred };
  });
}

/** Whether the backdrop is part of the rendition's frame. In another jpeg, it is only behind transparent pixels. */
export const showsBackdrop = (plan: BackedPlan) => pads(plan) || (plan.backdrop !== 'transparent' && isPadded(plan));

const isPadded = ({ variant: { fit, padding } }: BackedPlan) => fit === 'contain' || padding !== undefined;

const ALPHA_VISIBLE = 128;

/** The most frequent colour of a picture's outermost pixels; `transparent` if more than half of them are. */
export function borderColour({ data, raw: { width, height, channels } }: Pixels): string {
  const visible: number[] = [];
  let pixels = 0;
  const count = (x: number, y: number) => {
    const at = (y * width + x) * channels;
    pixels += 1;
    const isVisible = channels < 4 || (data[at + 3] as number) >= ALPHA_VISIBLE;
    if (isVisible) visible.push(data[at] as number, data[at + 1] as number, data[at + 2] as number);
  };
  for (let x = 0; x < width; x++) for (const y of new Set([0, height - 1])) count(x, y);
  for (let y = 1; y < height - 1; y++) for (const x of new Set([0, width - 1])) count(x, y);
  return visible.length * 2 < pixels * 3 ? 'transparent' : dominantColour(Uint8Array.from(visible));
}
