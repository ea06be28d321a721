import type { SignedUrl } from '@imagemill/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announcer.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { humanBytes, when } from '../ui/format.ts';

/** A picture of any size, with its pixels and bytes, and its URL to copy. */
export function SizedPicture(props: { name: string; signed: SignedUrl; picture: Blob }) {
  const { name, signed, picture } = props;
  const src = useObjectUrl(picture);
  const [facts, setFacts] = useState('');
  const url = useRef<HTMLElement>(null);
  const show = (words: string) => {
    announce(words);
    setFacts(words);
  };
  const format = picture.type.replace('image/', '');
  return (
    <>
      {src && (
        <img
          class="sized-picture"
          src={src}
          alt={`${name}, the chosen size`}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            show(`${naturalWidth} × ${naturalHeight} pixels, ${format}, ${humanBytes(picture.size)}`)
          }
          onError={() => show(`This browser cannot show ${format}. The picture has ${humanBytes(picture.size)}.`)}
        />
      )}
      <div class="row between">
        <p>{facts}</p>
        <p class="quiet">This URL works until {when(signed.expiresAt)}</p>
      </div>
      <div class="row">
        <code ref={url} class="sized-url">
          {signed.url}
        </code>
        <CopyButton text={signed.url} what="URL" shownBy={url} label="Copy URL" />
      </div>
    </>
  );
}

/** A URL of bytes in this tab, revoked with the element that shows them. */
function useObjectUrl(bytes: Blob): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(bytes);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return url;
}
