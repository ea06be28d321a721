import DropTarget from '@uppy/drop-target';
import { useEffect, useRef } from 'preact/hooks';
import { consoleSettings } from '../api/console-settings.ts';
import { fileTypes } from './file-intake.ts';
import type { Photos } from './photos.ts';

/** `profile-banner` as `Profile banner`. */
const labelOf = (category: string) => category.charAt(0).toUpperCase() + category.slice(1).replaceAll('-', ' ');

/** Adds photographs: dropped anywhere on the page, or chosen. */
export function DropZone({ photos }: { photos: Photos }) {
  const { uppy, category, add } = photos;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    uppy.use(DropTarget, { target: document.body });
    return () => {
      const plugin = uppy.getPlugin('DropTarget');
      if (plugin) uppy.removePlugin(plugin);
    };
  }, [uppy]);
  const choose = () => {
    if (input.current?.files) add(input.current.files);
    // Otherwise the same file could not be chosen again.
    if (input.current) input.current.value = '';
  };
  return (
    <section class="drop-zone" aria-label="Upload">
      <fieldset class="segments">
        <legend>Category</legend>
        {consoleSettings.value.categories.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="category"
              value={name}
              checked={category.value === name}
              onChange={() => {
                category.value = name;
              }}
            />
            <span>{labelOf(name)}</span>
          </label>
        ))}
      </fieldset>
      <p class="drop-words">
        <strong class="with-pointer">Drop photographs anywhere</strong>
        <span class="quiet">
          JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF, BMP or JPEG XL
          <span class="with-pointer">: one, several, or a whole folder</span>
        </span>
      </p>
      <button type="button" class="primary large" onClick={() => input.current?.click()}>
        Choose photographs
      </button>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        multiple
        accept={fileTypes.join(',')}
        tabIndex={-1}
        aria-label="Photographs"
        onChange={choose}
      />
    </section>
  );
}
