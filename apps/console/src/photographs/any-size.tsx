import type { Image, SignedUrl, Size } from '@imagemill/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchPicture } from '../api/fetch-picture.ts';
import { announce } from '../ui/announcer.tsx';
import type { Photos } from './photos.ts';
import { SizeForm } from './size-form.tsx';
import { sizeMessage } from './size-message.ts';
import { SizedPicture } from './sized-picture.tsx';

type Shown =
  | { readonly is: 'nothing' | 'busy' }
  | { readonly is: 'picture'; readonly signed: SignedUrl; readonly picture: Blob }
  | { readonly is: 'trouble'; readonly words: string };

/** A picture of the image at any size, which the edge makes on its first request. */
export function AnySize({ name, image, photos }: { name: string; image: Image; photos: Photos }) {
  const [shown, setShown] = useState<Shown>({ is: 'nothing' });
  const asking = useRef<AbortController>();
  useEffect(() => () => asking.current?.abort(), []);

  const ask = async (size: Size) => {
    asking.current?.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    setShown({ is: 'busy' });
    try {
      const signed = await photos.signSize(image.imageId, size, signal);
      const picture = await fetchPicture(signed.url, signal);
      if (!signal.aborted) setShown({ is: 'picture', signed, picture });
    } catch (error) {
      if (signal.aborted) return;
      announce(sizeMessage(error));
      setShown({ is: 'trouble', words: sizeMessage(error) });
    }
  };

  return (
    <section class="stack" aria-label="Any size">
      <h3>Any size</h3>
      <SizeForm source={image.source} onAsk={(size) => void ask(size)} isBusy={shown.is === 'busy'} />
      {shown.is === 'busy' && <p class="quiet">The picture is being made…</p>}
      {shown.is === 'trouble' && <p class="trouble">{shown.words}</p>}
      {shown.is === 'picture' && <SizedPicture name={name} signed={shown.signed} picture={shown.picture} />}
    </section>
  );
}
