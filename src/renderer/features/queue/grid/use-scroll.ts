import { useLayoutEffect, useState } from 'react';
import { scrollScale, type ScrollScale } from './row-map';

export interface Scroll {
  /** Null until it is drawn. */
  readonly element: HTMLElement | null;
  readonly viewPx: number;
  readonly scale: ScrollScale;
  /** Pixels of the list above the window's upper edge. */
  readonly topPx: number;
  readonly onScroll: () => void;
  readonly scrollTo: (topPx: number) => void;
}

/** The scroll position of a list that may be higher than an element can be. */
export function useScroll(element: HTMLElement | null, heightPx: number): Scroll {
  const [viewPx, setViewPx] = useState(0);
  const [barTopPx, setBarTopPx] = useState(0);
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      setViewPx(element.clientHeight);
      // The head above has no scroll bar: it gives way by the bar's width, so that columns stay in line.
      const bar = element.offsetWidth - element.clientWidth;
      element.parentElement?.style.setProperty('--scroll', `${bar}px`);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  const scale = scrollScale(heightPx, viewPx);
  return {
    element,
    viewPx,
    scale,
    topPx: barTopPx * scale.factor,
    onScroll: () => setBarTopPx(element?.scrollTop ?? 0),
    scrollTo: (topPx) => element?.scrollTo({ top: topPx / scale.factor, behavior: 'instant' }),
  };
}
