import { useEffect, useMemo } from 'preact/hooks';
import { createSellerApi } from '../api/seller-api.ts';
import { createPhotos, type Photos } from './photos.ts';

/** A key's photographs. They go on while another page is looked at, and end with the key. */
export function usePhotos(apiKey: string | undefined): Photos | undefined {
  const photos = useMemo(() => (apiKey === undefined ? undefined : createPhotos(createSellerApi(apiKey))), [apiKey]);
  useEffect(() => photos?.close, [photos]);

  const onTheirWay =
    photos?.list.value.some(({ state }) => state.is === 'waiting' || state.is === 'uploading') ?? false;
  useEffect(() => {
    if (!onTheirWay) return;
    // The browser asks whether to leave, in words of its own.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [onTheirWay]);
  return photos;
}
