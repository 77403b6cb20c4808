import { useCallback, useId, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Face, Picture } from '../../../shared/faces';
import { useFormat } from '../../app-context';
import { Icon } from '../../ui/icon';
import { IconButton } from '../../ui/parts';
import { summaryOf } from './attributes';
import { boxId, FaceBoxes } from './boxes';
import { shapeOf, type Size } from './geometry';
import { nextFace, stageIntent } from './keyboard';
import { useCamera, type CameraControls } from './use-camera';
import { PAN_STEP_PX, ZOOM_STEP } from './zoom';

export interface StageProps {
  readonly name: string;
  /** Undefined while it is being opened. */
  readonly picture: Picture | undefined;
  /** Pixels that the boundaries count in; null: those of the picture. */
  readonly frame: Size | null;
  readonly faces: readonly Face[];
  readonly order: readonly number[];
  /** Positions in reading order. */
  readonly chosen: number;
  readonly lit: number | null;
  readonly boxes: boolean;
  readonly onChoose: (position: number) => void;
  readonly onLit: (position: number | null) => void;
  readonly onBoxes: (shown: boolean) => void;
}

function NoPicture({ why }: { readonly why: Extract<Picture, { kind: 'none' }>['why'] }) {
  const { t } = useTranslation();
  return (
    <div className="stage" data-zone="stage">
      <div className="no-picture">
        <Icon name="image" />
        <p>{t(`faces.noPicture.${why}.what`)}</p>
        <p className="dim">{t(`faces.noPicture.${why}.next`)}</p>
      </div>
    </div>
  );
}

/** One picture with the faces in it, to zoom and pan. */
export function Stage(props: StageProps) {
  const { picture } = props;
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  if (picture === undefined) return <div className="stage" data-zone="stage" aria-busy="true" />;
  if (picture.kind === 'none') return <NoPicture why={picture.why} />;
  if (picture.url === brokenUrl) return <NoPicture why="unreadable" />;
  return <Photo key={picture.url} {...props} photo={picture} onBroken={() => setBrokenUrl(picture.url)} />;
}

type PhotoProps = StageProps & {
  readonly photo: Extract<Picture, { kind: 'picture' }>;
  readonly onBroken: () => void;
};

const faceUnder = (event: MouseEvent): number | null => {
  const box = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-face]') : null;
  return box === null ? null : Number(box.dataset['face']);
};

function Photo({ photo, onBroken, ...props }: PhotoProps) {
  const { t } = useTranslation();
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size] = useState<Size>({ width: photo.width, height: photo.height });
  const desk = useCamera(element, size);
  const wordsOf = useWords(props);
  const keysId = useId();
  const { camera } = desk;
  const frame = props.frame ?? size;
  const onKeyDown = useStageKeys({ ...props, frame, desk });
  const toggleSize = (event: MouseEvent): void => {
    if (desk.isFit) desk.zoomTo(1, desk.pointOf(event));
    else desk.fit();
  };
  return (
    <div className="stage" data-zone="stage">
      <div
        className={`view ${desk.isFit ? '' : 'free'}`}
        ref={setElement}
        role="listbox"
        aria-label={t('faces.alt', { name: props.name, count: props.faces.length })}
        aria-describedby={keysId}
        aria-activedescendant={props.boxes && props.order.length > 0 ? boxId(props.chosen) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onDoubleClick={toggleSize}
        onClick={(event) => {
          const position = faceUnder(event);
          if (position !== null && !desk.wasDragged()) props.onChoose(position);
        }}
        onPointerOver={(event) => props.onLit(faceUnder(event))}
        onPointerLeave={() => props.onLit(null)}
        {...desk.drag}
      >
        <div
          className="photo"
          style={{
            width: size.width * camera.scale,
            height: size.height * camera.scale,
            transform: `translate(${camera.x}px, ${camera.y}px)`,
          }}
        >
          <img src={photo.url} alt="" draggable={false} decoding="async" onError={onBroken} />
          {props.boxes && (
            <FaceBoxes
              faces={props.faces}
              order={props.order}
              frame={frame}
              chosen={props.chosen}
              lit={props.lit}
              wordsOf={wordsOf}
            />
          )}
        </div>
      </div>
      {photo.changed && (
        <p className="stage-note t-hold">
          <Icon name="warn" />
          {t('faces.changed')}
        </p>
      )}
      <p className="hidden" id={keysId}>
        {t('faces.stage.keys')}
      </p>
      <FloatBar desk={desk} boxes={props.boxes} onBoxes={props.onBoxes} />
    </div>
  );
}

/** What a box says to those who do not see it; the same function while nothing changes, so that boxes stand. */
function useWords({ faces, order }: StageProps): (position: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return useCallback(
    (position) => {
      const face = faces[order[position] ?? -1];
      return t('faces.stage.at', {
        number: format.count(position + 1),
        all: format.count(order.length),
        words: face === undefined ? '' : summaryOf(t, format, face),
      });
    },
    [faces, order, t, format],
  );
}

interface StageKeys extends StageProps {
  readonly frame: Size;
  readonly desk: CameraControls;
}

function useStageKeys(keys: StageKeys) {
  const { desk, faces, order, frame, chosen } = keys;
  const goTo = (position: number): void => {
    keys.onChoose(position);
    const face = faces[order[position] ?? 0];
    const shape = face === undefined ? null : shapeOf(face, frame);
    if (shape !== null) desk.show(shape.box);
  };
  return (event: KeyboardEvent): void => {
    const intent = stageIntent(event);
    if (intent === null) return;
    if (intent.kind === 'face') {
      const next = nextFace(chosen, order.length, intent.step);
      // After the last face Tab leads on, as it does everywhere.
      if (next === null) return;
      event.preventDefault();
      goTo(next);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (intent.kind === 'pan') desk.pan({ x: intent.x * PAN_STEP_PX, y: intent.y * PAN_STEP_PX });
    else if (intent.kind === 'zoom-in') desk.zoomTo(desk.camera.scale * ZOOM_STEP);
    else if (intent.kind === 'zoom-out') desk.zoomTo(desk.camera.scale / ZOOM_STEP);
    else if (intent.kind === 'actual') desk.zoomTo(1);
    else if (intent.kind === 'fit') desk.fit();
    else keys.onBoxes(!keys.boxes);
  };
}

function FloatBar({
  desk,
  boxes,
  onBoxes,
}: {
  readonly desk: CameraControls;
  readonly boxes: boolean;
  readonly onBoxes: (shown: boolean) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = format.percent(Math.round(desk.camera.scale * 100) / 100);
  return (
    <div className="floatbar" role="group" aria-label={t('faces.stage.zoom')}>
      <IconButton
        icon="minus"
        label={t('faces.stage.zoomOut')}
        onPress={() => desk.zoomTo(desk.camera.scale / ZOOM_STEP)}
      />
      <button
        type="button"
        className="zoom"
        title={t('faces.stage.actual')}
        aria-label={`${t('faces.stage.actual')}, ${percent}`}
        onClick={() => desk.zoomTo(1)}
      >
        {percent}
      </button>
      <IconButton
        icon="plus"
        label={t('faces.stage.zoomIn')}
        onPress={() => desk.zoomTo(desk.camera.scale * ZOOM_STEP)}
      />
      <IconButton icon="fit" label={t('faces.stage.fit')} onPress={desk.fit} />
      <IconButton
        icon={boxes ? 'eye-off' : 'eye'}
        label={t(boxes ? 'faces.stage.hideBoxes' : 'faces.stage.showBoxes')}
        onPress={() => onBoxes(!boxes)}
      />
    </div>
  );
}
