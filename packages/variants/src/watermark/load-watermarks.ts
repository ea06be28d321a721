import { z } from 'zod';
import { watermarkFileProblem } from './watermark-file.ts';

/** A mark's file, as the operator gave it. */
export interface WatermarkFile {
  /** Relative to the variant sets file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files by the SHA-256 of their bytes, in hex. */
export type WatermarkFiles = ReadonlyMap<string, WatermarkFile>;

/**
 * Reads a file beside the variant sets file.
 *
 * @throws Error if there is no such file, or it has more bytes
 */
export type ReadBeside = (name: string, bytesMax: number) => Promise<Uint8Array>;

const BYTES_MAX = 1024 * 1024;
/** Every engine process holds the pixels of all of them. */
const FILES_MAX = 16;
/** No file of another folder: neither an absolute path nor `..`. */
const NAME = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/**
 * Replaces the name of every watermark's file by the SHA-256 of its bytes, which `Watermark` has. Reads nothing else of the sets: they
 * are validated afterwards.
 *
 * @param own the content of the operator's variant sets file
 * @throws ZodError that names every entry whose file cannot be used
 */
export async function loadWatermarks(own: unknown, read: ReadBeside) {
  const sets: unknown = structuredClone(own);
  const files = new Map<string, WatermarkFile>();
  const issues: z.core.$ZodIssue[] = [];
  const known = new Map<string, string>();
  for (const { path, entry } of namingFiles(sets)) {
    const { file, ...others } = entry.watermark;
    try {
      const sha256 = known.get(file) ?? (await load(file));
      known.set(file, sha256);
      Object.assign(entry, { watermark: { ...others, sha256 } });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      issues.push({ code: 'custom', path: [...path, 'file'], message: error.message, input: file });
    }
  }
  if (issues.length > 0) throw new z.ZodError(issues);
  return { sets, files: files as WatermarkFiles };

  async function load(name: string): Promise<string> {
    if (!NAME.test(name)) {
      throw new Error(
        'watermark-name: must be a file in the folder of the variant sets file or below, such as logo.png',
      );
    }
    if (files.size >= FILES_MAX) throw new Error(`watermark-count: there are more than ${FILES_MAX} different files`);
    const bytes = await read(name, BYTES_MAX).catch((error: unknown) => {
      throw new Error(`watermark-unreadable: ${name}: ${error instanceof Error ? error.message : error}`);
    });
    const problem = watermarkFileProblem(bytes);
    if (problem) throw new Error(`${problem.code}: ${name} ${problem.message}`);
    const sha256 = await sha256Of(bytes);
    files.set(sha256, { name, bytes });
    return sha256;
  }
}

/** What is read of an entry. Anything of another shape is left for the validation of the sets. */
const NamingFile = z.looseObject({ watermark: z.looseObject({ file: z.string() }) });
const List = z.array(z.unknown());
const WithList = z.looseObject({ variants: List });

function namingFiles(sets: unknown) {
  const categories = z.record(z.string(), z.unknown()).safeParse(sets).data ?? {};
  return Object.entries(categories).flatMap(([category, given]) => {
    const list = List.safeParse(given);
    const prefix = list.success ? [category] : [category, 'variants'];
    const variants = list.data ?? WithList.safeParse(given).data?.variants ?? [];
    return variants.flatMap((entry, index) =>
      NamingFile.safeParse(entry).success
        ? [{ path: [...prefix, index, 'watermark'], entry: entry as z.infer<typeof NamingFile> }]
        : [],
    );
  });
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
