import { basename } from 'node:path';
import type { UploadProgress } from '@imagemill/client';
import { MultiBar, Presets } from 'cli-progress';
import { isPhotoUrl } from '../seller/import-photo.ts';
import { humanBytes } from './human-bytes.ts';
import { plainText } from './plain-text.ts';

/** More bars than these would scroll away: then only those of the files in flight are shown. */
const BARS_MAX = 10;

/** An import has no progress until its worker has the file, which may take minutes. */
const IMPORTING = 'waiting for its download';

const NAME_CHARS = 32;
/** `uploading 425.3 kB of 999.9 kB` */
const PHASE_CHARS = 31;
const BAR_CHARS = { min: 5, max: 40 };

/** A line that is longer than the terminal would be cut. */
function barChars(columns: number): number {
  const rest = columns - NAME_CHARS - PHASE_CHARS - '  '.length;
  return Math.min(BAR_CHARS.max, Math.max(BAR_CHARS.min, rest));
}

interface FileProgress {
  update(progress: UploadProgress): void;
  end(): void;
}

export interface ProgressDisplay {
  /** A line, or a bar, for one file. */
  begin(path: string): FileProgress;
  end(): void;
}

export const noProgress: ProgressDisplay = { begin: () => ({ update: () => {}, end: () => {} }), end: () => {} };

/** A bar per file on a terminal; elsewhere a line per phase. */
export function createProgressDisplay(output: NodeJS.WriteStream, files: number): ProgressDisplay {
  return output.isTTY ? bars(output, files) : lines(output);
}

function bars(stream: NodeJS.WriteStream, files: number): ProgressDisplay {
  const options = {
    stream,
    format: '{file} {bar} {what}',
    hideCursor: true,
    clearOnComplete: false,
    autopadding: true,
    barsize: barChars(stream.columns || 80),
  };
  const multi = new MultiBar(options, Presets.shades_classic);
  // Otherwise the cursor would stay hidden.
  const stop = () => multi.stop();
  process.once('exit', stop);
  const isMany = files > BARS_MAX;
  let ended = 0;
  const allFile = 'All files'.padEnd(NAME_CHARS);
  const all = isMany ? multi.create(files, 0, { file: allFile, what: `0 of ${files}` }) : undefined;
  return {
    begin(path) {
      const file = plainText(basename(path)).slice(0, NAME_CHARS).padEnd(NAME_CHARS);
      const bar = multi.create(1, 0, { file, what: isPhotoUrl(path) ? IMPORTING : 'starting' });
      return {
        update(progress) {
          const { phase, loaded, total, done, planned } = progress;
          bar.setTotal(Math.max(1, phase === 'uploading' ? total : planned));
          bar.update(phase === 'uploading' ? loaded : done, { file, what: describe(progress) });
        },
        end() {
          if (!all) return;
          ended += 1;
          multi.remove(bar);
          all.update(ended, { file: allFile, what: `${ended} of ${files}` });
        },
      };
    },
    end() {
      process.off('exit', stop);
      stop();
    },
  };
}

function lines(output: NodeJS.WritableStream): ProgressDisplay {
  return {
    begin(path) {
      let last = '';
      const write = (what: string) => {
        const line = `${plainText(basename(path))}: ${what}\n`;
        if (line !== last) output.write(line);
        last = line;
      };
      if (isPhotoUrl(path)) write(IMPORTING);
      return {
        update(progress) {
          // Only the end of a phase, and a lost network, is worth a line.
          const { phase, offline, loaded, total, done, planned } = progress;
          if (!offline && (phase === 'uploading' ? loaded < total : done < planned)) return;
          write(describe(progress));
        },
        end: () => {},
      };
    },
    end: () => {},
  };
}

function describe({ phase, offline, loaded, total, done, planned }: UploadProgress): string {
  if (offline) return 'no connection, waiting for the network';
  return phase === 'uploading'
    ? `uploading ${humanBytes(loaded)} of ${humanBytes(total)}`
    : `${done} of ${planned} renditions`;
}
