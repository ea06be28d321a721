import { useLayoutEffect, useRef } from 'preact/hooks';

/** For an element that may be removed while it has the focus: the focus moves to the page's content, not to the top of the document. */
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
