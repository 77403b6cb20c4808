import { Fragment, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Face, FacesSource } from '../../../shared/faces';
import { useFormat } from '../../app-context';
import { attributesOf, gaugesOf } from './attributes';
import { toneOf } from './geometry';
import { beyondTrust, drawPose } from './head-pose';

const RADIUS_PX = 30;

function HeadPose({ pose }: { readonly pose: NonNullable<Face['HeadPose']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const drawn = drawPose(pose, RADIUS_PX);
  const beyond = beyondTrust(pose);
  const side = RADIUS_PX * 2;
  const whole = (angle: number | undefined): string => format.count(Math.round(angle ?? 0)).replace('-', '−');
  return (
    <section>
      <h2>{t('faces.pose.title')}</h2>
      <div className="pose">
        <svg
          width={side}
          height={side}
          viewBox={`${-RADIUS_PX} ${-RADIUS_PX} ${side} ${side}`}
          role="img"
          aria-label={t('faces.pose.name', {
            pitch: whole(pose.Pitch),
            yaw: whole(pose.Yaw),
            roll: whole(pose.Roll),
          })}
          className={drawn.beyond ? 'beyond' : ''}
        >
          <path
            className="axis"
            d={`M0 ${1 - RADIUS_PX}V${RADIUS_PX - 1}M${1 - RADIUS_PX} 0H${RADIUS_PX - 1}`}
          />
          <g transform={`rotate(${drawn.roll})`}>
            <ellipse rx={drawn.rx} ry={drawn.ry} />
            <path className="lines" d={drawn.lines} />
            <path className="nose" d={`M${drawn.nose.x} ${drawn.nose.y}L${drawn.tip.x} ${drawn.tip.y}`} />
            <circle cx={drawn.nose.x} cy={drawn.nose.y} r="2.75" />
          </g>
        </svg>
        <dl className="attrs">
          {(['Pitch', 'Yaw', 'Roll'] as const).map((name) => {
            const angle = pose[name];
            return angle === undefined ? null : (
              <Fragment key={name}>
                <dt>{t(`faces.pose.${name}`)}</dt>
                <dd>{format.degrees(angle)}</dd>
              </Fragment>
            );
          })}
        </dl>
      </div>
      {beyond.length > 0 && (
        <p className="note-line">
          {t('faces.pose.beyond', { angles: format.list(beyond.map((name) => t(`faces.pose.${name}`))) })}
        </p>
      )}
    </section>
  );
}

interface FaceDetailsProps {
  readonly face: Face;
  readonly position: number;
  readonly source: FacesSource;
  /** Where several faces are listed, it says which one this is. */
  readonly named: boolean;
}

/** All that is said of one face, but for what only the raw answer shows. */
export function FaceDetails({ face, position, source, named }: FaceDetailsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = attributesOf(t, format, face, source);
  const gauges = gaugesOf(t, format, face);
  const { HeadPose: pose } = face;
  return (
    <div className="face-details" style={{ '--f': toneOf(position) } as CSSProperties}>
      {attributes.length + gauges.length > 0 && (
        <section>
          {named && <h2>{t('faces.face', { number: format.count(position + 1) })}</h2>}
          <dl className="attrs">
            {attributes.map(({ name, label, value, confidence }) => (
              <Fragment key={name}>
                <dt>{label}</dt>
                <dd className={confidence === null ? 'wide' : ''}>{value}</dd>
                {confidence !== null && <dd className="sure">{confidence}</dd>}
              </Fragment>
            ))}
            {gauges.map(({ name, label, share, words }) => (
              <Fragment key={name}>
                <dt>{label}</dt>
                <dd>
                  <span className="wake" aria-hidden="true">
                    <i style={{ '--to': share } as CSSProperties} />
                    <i style={{ '--to': share } as CSSProperties} />
                  </span>
                </dd>
                <dd className="sure">{words}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      )}
      {pose !== undefined && <HeadPose pose={pose} />}
    </div>
  );
}
