import { useLayoutEffect, useRef } from 'preact/hooks';

/** For what may go away while it has the focus: that goes to the page's content then, not back to the very beginning. */
export function useFocusAfter<E extends HTMLElement>() {
  const element = useRef<E>(null);
  useLayoutEffect(() => {
    const it = element.current;
    return () => {
      if (it?.contains(document.activeElement)) document.querySelector<HTMLElement>('#content')?.focus();
    };
  }, []);
  return element;
}
