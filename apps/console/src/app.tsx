import { computed, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { KeyRefused } from './keys/key-refused.tsx';
import { keyRefusals, keys } from './keys/keys.ts';
import { KeysForm } from './keys/keys-form.tsx';
import { OperatorPage } from './operator/operator-page.tsx';
import { PhotographsPage } from './photographs/photographs-page.tsx';
import { usePhotos } from './photographs/use-photos.ts';
import { Announcer } from './ui/announcer.tsx';

const hash = signal('');
const titles = { photographs: 'Photographs', operator: 'Operator' };
const page = computed(() => (hash.value === '#/operator' ? 'operator' : 'photographs'));

/** The frame of both pages: navigation, and the form for keys. */
export function App() {
  const [entersKeys, setEntersKeys] = useState(false);
  useEffect(() => {
    const follow = () => {
      hash.value = location.hash;
      document.title = `${titles[page.value]} · imagemill`;
      scrollTo(0, 0);
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const enterKeys = () => setEntersKeys(true);
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        Skip to content
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <img src={`${import.meta.env.BASE_URL}icon.svg`} width="28" height="28" alt="" /> imagemill
        </a>
        <nav aria-label="Pages">
          <a href="#/" aria-current={page.value === 'photographs' ? 'page' : undefined}>
            Photographs
          </a>
          <a href="#/operator" aria-current={page.value === 'operator' ? 'page' : undefined}>
            Operator
          </a>
        </nav>
        <button type="button" onClick={enterKeys}>
          Keys
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        <Page enterKeys={enterKeys} />
      </main>
      <Announcer />
      {entersKeys && <KeysForm onClose={() => setEntersKeys(false)} />}
    </>
  );
}

/** A button, not a link: the fragment of the address names a page here. */
const skipToContent = () => document.querySelector<HTMLElement>('#content')?.focus();

function Page({ enterKeys }: { enterKeys: () => void }) {
  const { apiKey, adminKey } = keys.value;
  const photos = usePhotos(apiKey);
  const { apiKey: apiKeyRefusal, adminKey: adminKeyRefusal } = keyRefusals.value;
  const refused = (message: string | undefined) => message && <KeyRefused message={message} enterKeys={enterKeys} />;
  if (page.value === 'operator') {
    if (adminKey && !adminKeyRefusal) return <OperatorPage adminKey={adminKey} />;
    return (
      <div class="page">
        <h1>Operator</h1>
        {refused(adminKeyRefusal) ?? <NoKey kind="an admin key" enterKeys={enterKeys} />}
      </div>
    );
  }
  if (photos) return <PhotographsPage photos={photos} refused={refused(apiKeyRefusal)} />;
  return (
    <div class="page">
      <h1>Photographs</h1>
      <NoKey kind="an upload key" enterKeys={enterKeys} />
    </div>
  );
}

const NoKey = ({ kind, enterKeys }: { kind: string; enterKeys: () => void }) => (
  <p class="empty">
    This page needs {kind}.{' '}
    <button type="button" class="primary" onClick={enterKeys}>
      Enter keys
    </button>
  </p>
);
