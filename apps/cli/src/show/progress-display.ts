import { basename } from 'node:path';
import type { UploadProgress } from '@imagemill/client';
import { MultiBar, Presets } from 'cli-progress';
import { humanBytes } from './human-bytes.ts';
import { plainText } from './plain-text.ts';

export interface ProgressDisplay {
  /** A line, or bar, for one file; returns what to tell its progress. */
  begin(path: string): (progress: UploadProgress) => void;
  end(): void;
}

export const noProgress: ProgressDisplay = { begin: () => () => {}, end: () => {} };

/** A bar per file on a terminal; a line per phase where nobody watches. */
export function createProgressDisplay(output: NodeJS.WriteStream): ProgressDisplay {
  return output.isTTY ? bars(output) : lines(output);
}

function bars(stream: NodeJS.WriteStream): ProgressDisplay {
  const options = {
    stream,
    format: '{file} {bar} {what}',
    hideCursor: true,
    clearOnComplete: false,
    autopadding: true,
  };
  const multi = new MultiBar(options, Presets.shades_classic);
  // Else the terminal would stay without a cursor.
  const stop = () => multi.stop();
  process.once('exit', stop);
  return {
    begin(path) {
      const file = plainText(basename(path)).slice(0, 32).padEnd(32);
      const bar = multi.create(1, 0, { file, what: 'asking' });
      return (progress) => {
        const { phase, loaded, total, done, planned } = progress;
        bar.setTotal(Math.max(1, phase === 'uploading' ? total : planned));
        bar.update(phase === 'uploading' ? loaded : done, { file, what: describe(progress) });
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
      return (progress) => {
        // Only a phase's end is worth a line.
        const { phase, loaded, total, done, planned } = progress;
        if (phase === 'uploading' ? loaded < total : done < planned) return;
        const line = `${plainText(basename(path))}: ${describe(progress)}\n`;
        if (line !== last) output.write(line);
        last = line;
      };
    },
    end: () => {},
  };
}

function describe({ phase, loaded, total, done, planned }: UploadProgress): string {
  return phase === 'uploading'
    ? `uploading ${humanBytes(loaded)} of ${humanBytes(total)}`
    : `${done} of ${planned} renditions`;
}
