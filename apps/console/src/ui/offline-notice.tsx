import { useEffect, useState } from 'preact/hooks';

/** Says that the browser has no network, and that this needs no action. */
export function OfflineNotice() {
  const [isOffline, setIsOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const follow = () => setIsOffline(!navigator.onLine);
    addEventListener('online', follow);
    addEventListener('offline', follow);
    return () => {
      removeEventListener('online', follow);
      removeEventListener('offline', follow);
    };
  }, []);
  return isOffline ? (
    <p class="notice" role="status">
      You are offline. Uploads continue by themselves when the connection is back.
    </p>
  ) : null;
}
