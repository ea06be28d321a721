import { Measured } from '@imagemill/report';
import {
  type Box,
  type Enhance,
  type EntryName,
  type Focus,
  FocusChoice,
  SkippedStep,
  SourceFacts,
  type VariantSet,
} from '@imagemill/variants';
import type { Raw } from 'sharp';
import { z } from 'zod';
import { Coding } from '../cost/coding.ts';
import { rejectionReasons } from '../errors.ts';
import type { InspectOptions } from '../inspect.ts';
import type { ImageLimits } from '../limits.ts';

/**
 * What a worker sends to an engine process. Only one image is in a process at a time:
 *
 *     hold (its bytes) ─► inspect │ decode ─► summarise, render ─► drop
 */
export type ToEngine =
  /** Before the first image. The body is the pixels of a watermark. */
  | { readonly do: 'watermark'; readonly sha256: string; readonly raw: Raw }
  /** The body is the file that the next calls are about. */
  | { readonly do: 'hold' }
  /** Free that file: another one follows. */
  | { readonly do: 'release' }
  /** `hasSlot`: the first work of the call has a slot already, `SLOT_OF_CALL`. */
  | ({ readonly call: number; readonly hasSlot: boolean } & EngineCall)
  /** The work of this slot may begin. */
  | { readonly do: 'enter'; readonly slot: number }
  /** Send a larger frame of the same picture. */
  | { readonly do: 'enlarge' }
  /** The faces in its frame; null if they could not be looked for. */
  | { readonly do: 'crop'; readonly faces: readonly Box[] | null };

export type EngineCall =
  | { readonly do: 'inspect'; readonly options: Pick<InspectOptions, 'set' | 'contentType'> }
  | {
      readonly do: 'decode';
      readonly source: SourceFacts;
      readonly set: VariantSet;
      readonly only?: readonly EntryName[] | undefined;
      readonly focus?: Focus | undefined;
      readonly chosenFocus?: FocusChoice | undefined;
      readonly enhance?: Enhance | undefined;
    }
  | { readonly do: 'summarise' }
  | { readonly do: 'render' }
  /** Stop all work for the image, and answer when it has stopped. The file itself is kept. */
  | { readonly do: 'drop' };

/** The settings of an engine process, in its arguments. */
export interface EngineStart {
  readonly limits: ImageLimits;
  /** Slots that the worker grants in all. */
  readonly slots: number;
}

const call = z.int().nonnegative();
const slot = z.int().nonnegative();
const side = z.int().positive();

/** What an engine process sends. It is parsed as untrusted input: a hostile file may have taken over the process. */
export const FromEngine = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ready') }),
  z.object({ is: z.literal('done'), call, result: z.unknown() }),
  z.object({ is: z.literal('rejected'), call, reason: z.enum(rejectionReasons) }),
  /** A fault of ours, not of the image. */
  z.object({ is: z.literal('failed'), call, message: z.string() }),
  /** The body is the encoded picture of the variant with this index in the set. */
  z.object({
    is: z.literal('rendition'),
    call,
    variant: z.int().nonnegative(),
    width: side,
    height: side,
    encodeMs: z.number().nonnegative().optional(),
  }),
  /** The body is the picture as a detector takes it, at first the small one. */
  z.object({ is: z.literal('frame') }),
  z.object({ is: z.literal('wants-slot'), slot }),
  z.object({ is: z.literal('leaves-slot'), slot }),
]);
export type FromEngine = z.infer<typeof FromEngine>;

/** The results of the calls. */
export const callResults = {
  inspect: z.object({ source: SourceFacts, coding: Coding }),
  decode: z.object({ chosenFocus: FocusChoice.optional(), skipped: z.array(SkippedStep).max(1) }),
  summarise: z.object({
    placeholder: z.base64().max(64),
    dominantColour: z.string().regex(/^#[0-9a-f]{6}$/),
    measured: Measured,
  }),
  render: z.null(),
};

/** Limits of what a process may send in one frame. */
export const fromEngineLimits = { headerBytesMax: 16 * 1024, bodyBytesMax: 512 * 1024 * 1024 };
