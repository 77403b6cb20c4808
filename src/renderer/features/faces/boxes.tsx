import { memo, type CSSProperties } from 'react';
import type { Face } from '../../../shared/faces';
import { shapeOf, toneOf, type Shape, type Size } from './geometry';

interface FaceBoxProps {
  readonly shape: Shape;
  /** From 0, in reading order. */
  readonly position: number;
  readonly on: boolean;
  readonly lit: boolean;
  readonly numbered: boolean;
  /** Absent where the box is but a part of a drawing. */
  readonly words?: string;
}

/** The id of a box that can be pointed to. */
export const boxId = (position: number): string => `box-${position}`;

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

function boxStyle({ box }: Shape, position: number): CSSProperties {
  return {
    '--f': toneOf(position),
    left: percent(box.left),
    top: percent(box.top),
    width: percent(box.width),
    height: percent(box.height),
  } as CSSProperties;
}

/** The picture of a row of the list: it scales with the photograph, its lines and its number do not. */
const FaceBox = memo(function FaceBox({ shape, position, on, lit, numbered, words }: FaceBoxProps) {
  const isPolygon = shape.kind === 'polygon';
  return (
    <div
      className={`facebox ${isPolygon ? 'poly' : ''} ${on ? 'on' : ''} ${lit ? 'lit' : ''}`}
      data-face={position}
      {...(words === undefined
        ? {}
        : { id: boxId(position), role: 'option', 'aria-selected': on, 'aria-label': words })}
      style={boxStyle(shape, position)}
    >
      {isPolygon && (
        <svg viewBox="0 0 1 1" preserveAspectRatio="none">
          <polygon className="halo" points={shape.points.map(({ x, y }) => `${x},${y}`).join(' ')} />
          <polygon points={shape.points.map(({ x, y }) => `${x},${y}`).join(' ')} />
        </svg>
      )}
      {numbered && <b>{position + 1}</b>}
    </div>
  );
});

interface FaceBoxesProps {
  readonly faces: readonly Face[];
  /** Indexes of `faces` in reading order. */
  readonly order: readonly number[];
  readonly frame: Size;
  readonly chosen?: number;
  readonly lit?: number | null;
  readonly numbered?: boolean;
  /** What is said of the face at a position; without it the boxes are a drawing and nothing more. */
  readonly wordsOf?: (position: number) => string;
}

/** Boxes over a photograph. Large ones come first, so that a small one within can be pointed at. */
export const FaceBoxes = memo(function FaceBoxes(props: FaceBoxesProps) {
  const { faces, order, frame, chosen, lit = null, numbered = true, wordsOf } = props;
  const placed = order.flatMap((index, position) => {
    const face = faces[index];
    const shape = face === undefined ? null : shapeOf(face, frame);
    return shape === null ? [] : [{ shape, position }];
  });
  placed.sort((a, b) => b.shape.box.width * b.shape.box.height - a.shape.box.width * a.shape.box.height);
  return (
    <div className="boxes" {...(wordsOf === undefined ? { 'aria-hidden': true } : { role: 'presentation' })}>
      {placed.map(({ shape, position }) => (
        <FaceBox
          key={position}
          shape={shape}
          position={position}
          on={position === chosen}
          lit={position === lit}
          numbered={numbered}
          {...(wordsOf === undefined ? {} : { words: wordsOf(position) })}
        />
      ))}
    </div>
  );
});
