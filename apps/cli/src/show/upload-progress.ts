import { basename } from 'node:path';
import { MultiBar, Presets } from 'cli-progress';
import type { UploadStep } from '../seller/upload-photo.ts';
import { humanBytes } from './human-bytes.ts';

export interface UploadProgress {
  /** A line, or bar, for one file; returns what to tell each step. */
  begin(path: string): (step: UploadStep) => void;
  end(): void;
}

export const noProgress: UploadProgress = { begin: () => () => {}, end: () => {} };

/** A bar per file on a terminal; a line per step where nobody watches. */
export function createUploadProgress(output: NodeJS.WriteStream): UploadProgress {
  return output.isTTY ? bars(output) : lines(output);
}

function bars(stream: NodeJS.WriteStream): UploadProgress {
  const options = {
    stream,
    format: '{file} {bar} {what}',
    hideCursor: true,
    clearOnComplete: false,
    autopadding: true,
  };
  const multi = new MultiBar(options, Presets.shades_classic);
  return {
    begin(path) {
      const file = basename(path).slice(0, 32).padEnd(32);
      const bar = multi.create(1, 0, { file, what: 'asking' });
      return (step) => {
        const [total, value] = step.step === 'uploading' ? [step.totalBytes, step.sentBytes] : [step.total, step.done];
        bar.setTotal(Math.max(1, total));
        bar.update(value, { file, what: describe(step) });
      };
    },
    end: () => multi.stop(),
  };
}

function lines(output: NodeJS.WritableStream): UploadProgress {
  return {
    begin(path) {
      let last = '';
      return (step) => {
        // Of an upload only its end is worth a line.
        if (step.step === 'uploading' && step.sentBytes < step.totalBytes) return;
        const line = `${basename(path)}: ${describe(step)}\n`;
        if (line !== last) output.write(line);
        last = line;
      };
    },
    end: () => {},
  };
}

function describe(step: UploadStep): string {
  return step.step === 'uploading'
    ? `uploading ${humanBytes(step.sentBytes)} of ${humanBytes(step.totalBytes)}`
    : `${step.done} of ${step.total} renditions`;
}
