import { memo, useEffect, useRef, type CSSProperties, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Face } from '../../../shared/faces';
import { useFormat } from '../../app-context';
import { summaryOf } from './attributes';
import { toneOf } from './geometry';
import { walkedTo } from './keyboard';

const PAGE = 8;

interface FaceRowProps {
  readonly id: string;
  readonly position: number;
  readonly face: Face;
  readonly chosen: boolean;
  readonly lit: boolean;
}

const FaceRow = memo(function FaceRow({ id, position, face, chosen, lit }: FaceRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div
      id={id}
      className={`face-row ${lit ? 'lit' : ''}`}
      role="option"
      aria-selected={chosen}
      data-face={position}
      style={{ '--f': toneOf(position) } as CSSProperties}
    >
      <b>{position + 1}</b>
      <span className="grow cut">{summaryOf(t, format, face)}</span>
      {face.FigureConfidence !== undefined && (
        <span className="dim">{format.confidence(face.FigureConfidence)}</span>
      )}
    </div>
  );
});

export interface FaceListProps {
  readonly faces: readonly Face[];
  readonly order: readonly number[];
  readonly chosen: number;
  readonly lit: number | null;
  readonly onChoose: (position: number) => void;
  readonly onLit: (position: number | null) => void;
}

const positionUnder = (target: EventTarget): number | null => {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-face]') : null;
  return row === null ? null : Number(row.dataset['face']);
};

/** The faces in reading order. The list has the focus, and says which face is meant. */
export function FaceList({ faces, order, chosen, lit, onChoose, onLit }: FaceListProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ref.current
      ?.querySelector<HTMLElement>(`[data-face="${chosen}"]`)
      ?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') return;
    const next = walkedTo(event, chosen, { count: order.length, columns: 1, page: PAGE });
    if (next === null) return;
    event.preventDefault();
    onChoose(next);
    onLit(next);
  };
  return (
    <div
      ref={ref}
      className="face-list"
      role="listbox"
      aria-label={t('faces.list')}
      aria-activedescendant={order.length === 0 ? undefined : `face-${chosen}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const position = positionUnder(event.target);
        if (position !== null) onChoose(position);
      }}
      onPointerOver={(event) => onLit(positionUnder(event.target))}
      onPointerLeave={() => onLit(null)}
      // The face that the keyboard is at lights its box, as the pointer does.
      onFocus={() => onLit(chosen)}
      onBlur={() => onLit(null)}
    >
      {order.map((index, position) => {
        const face = faces[index];
        return face === undefined ? null : (
          <FaceRow
            key={index}
            id={`face-${position}`}
            position={position}
            face={face}
            chosen={position === chosen}
            lit={position === lit}
          />
        );
      })}
    </div>
  );
}
