import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { announce } from './announcer.tsx';

const DONE_MS = 2_000;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, as a word. */
  readonly what: string;
  /** The element that shows the text. */
  readonly shownBy: RefObject<HTMLElement>;
  readonly label?: string;
}

/** Copies a text. Pages have a clipboard on https only; without it, the text is selected. */
export function CopyButton({ text, what, shownBy, label = 'Copy' }: CopyButtonProps) {
  const [done, setDone] = useState<string>();
  const tell = (word: string, announcement: string) => {
    announce(announcement);
    setDone(word);
    setTimeout(() => setDone(undefined), DONE_MS);
  };
  const copy = async () => {
    if (!navigator.clipboard) {
      if (shownBy.current) getSelection()?.selectAllChildren(shownBy.current);
      return tell('Selected', `The ${what} is selected: copy it with the keyboard or the menu of the browser.`);
    }
    await navigator.clipboard.writeText(text);
    tell('Copied', `The ${what} is copied.`);
  };
  return (
    <button type="button" onClick={copy}>
      {done ?? label}
    </button>
  );
}
