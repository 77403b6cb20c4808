import { useEffect, useLayoutEffect, useRef, useState, type PointerEvent as ReactPointerEvent } from 'react';
import type { Box, Size } from './geometry';
import { cameraOf, panned, showing, wheelFactor, zoomedTo, type Camera, type Point, type View } from './zoom';

/** Less than this is a press, not a drag. */
const DRAG_PX = 4;

export interface CameraControls {
  readonly camera: Camera;
  readonly isFit: boolean;
  /** About the middle of the stage unless a point is given. */
  readonly zoomTo: (scale: number, about?: Point) => void;
  readonly fit: () => void;
  readonly pan: (by: Point) => void;
  readonly show: (box: Box) => void;
  /** The point of the stage under the pointer. */
  readonly pointOf: (event: { readonly clientX: number; readonly clientY: number }) => Point;
  readonly drag: {
    readonly onPointerDown: (event: ReactPointerEvent) => void;
    readonly onPointerMove: (event: ReactPointerEvent) => void;
    readonly onPointerUp: (event: ReactPointerEvent) => void;
  };
  /** Whether the press that ends now was a drag. */
  readonly wasDragged: () => boolean;
}

function useSize(element: HTMLElement | null): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** Zoom and pan of a picture on its stage, by wheel, pointer and calls. */
export function useCamera(element: HTMLElement | null, picture: Size): CameraControls {
  const stage = useSize(element);
  const [view, setView] = useState<View>({ kind: 'fit' });
  const camera = cameraOf(view, stage, picture);
  const dragged = useRef<{ at: Point; isDrag: boolean } | null>(null);
  const wasDrag = useRef(false);
  const pointOf = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const edge = element?.getBoundingClientRect();
    return { x: event.clientX - (edge?.left ?? 0), y: event.clientY - (edge?.top ?? 0) };
  };
  // Several turns of the wheel may come before the next drawing, so each begins where the last one ended.
  const change = (next: (camera: Camera, view: View) => View): void =>
    setView((before) => next(cameraOf(before, stage, picture), before));

  useEffect(() => {
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const edge = element.getBoundingClientRect();
      const about = { x: event.clientX - edge.left, y: event.clientY - edge.top };
      const factor = wheelFactor(event.deltaY, event.deltaMode);
      setView((before) => {
        const from = cameraOf(before, stage, picture);
        return zoomedTo(from, from.scale * factor, about, stage, picture);
      });
    };
    // React's own listener is passive: it could not keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [element, stage, picture]);

  return {
    camera,
    isFit: view.kind === 'fit',
    zoomTo: (scale, about = { x: stage.width / 2, y: stage.height / 2 }) =>
      change((from) => zoomedTo(from, scale, about, stage, picture)),
    fit: () => setView({ kind: 'fit' }),
    pan: (by) => change((from) => panned(from, by, stage, picture)),
    show: (box) => change((_, before) => showing(before, box, stage, picture)),
    pointOf,
    wasDragged: () => wasDrag.current,
    drag: {
      onPointerDown: (event) => {
        wasDrag.current = false;
        if (event.button === 0) dragged.current = { at: pointOf(event), isDrag: false };
      },
      onPointerMove: (event) => {
        const { current } = dragged;
        if (current === null) return;
        const to = pointOf(event);
        const by = { x: to.x - current.at.x, y: to.y - current.at.y };
        if (!current.isDrag && Math.hypot(by.x, by.y) < DRAG_PX) return;
        if (!current.isDrag) event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { at: to, isDrag: true };
        wasDrag.current = true;
        change((from, before) => (before.kind === 'fit' ? before : panned(from, by, stage, picture)));
      },
      onPointerUp: () => {
        dragged.current = null;
      },
    },
  };
}
