import { useEffect, useMemo } from 'preact/hooks';
import { createSellerApi } from '../api/seller-api.ts';
import { createPhotos, type Photos } from './photos.ts';

/** The photographs of a key. Uploads continue while another page is open, and end when the key changes. */
export function usePhotos(apiKey: string | undefined): Photos | undefined {
  const photos = useMemo(() => (apiKey === undefined ? undefined : createPhotos(createSellerApi(apiKey))), [apiKey]);
  useEffect(() => photos?.close, [photos]);

  const inFlight = photos?.list.value.some(({ state }) => state.is === 'waiting' || state.is === 'uploading') ?? false;
  useEffect(() => {
    if (!inFlight) return;
    // The browser asks for confirmation, with a message of its own.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [inFlight]);
  return photos;
}
