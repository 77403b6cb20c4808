import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WayKind } from '../../../shared/secrets';
import { useAppContext } from '../../app-context';
import { Icon } from '../../ui/icon';
import { Button, Mark } from '../../ui/parts';
import { DestinationForm } from './destination-form';
import { ImportButton } from './sharing';

const WAVES =
  'M8 84.500c6 0 6-3 12.500-3s6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3';

/** A drawing above the water. */
function Art({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      className="art"
      viewBox="0 0 216 96"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path className="thin" d={WAVES} />
      {children}
    </svg>
  );
}

/** A ferry on its way to a quay with houses. */
function Harbour() {
  return (
    <Art>
      <g transform="translate(20 0)">
        <path className="af" d="M0 62h64l-9 16H9z" />
        <path d="M14 62V46h28l6 16M20 53h4M30 53h4" />
        <path className="a" d="M30 46V26M22 34l8-8 8 8" />
      </g>
      <path d="M112 78V30h34v48M146 78V44h30v34" />
      <path
        className="thin"
        d="M121 40h4M133 40h4M121 50h4M133 50h4M121 60h4M133 60h4M155 54h4M163 54h4M155 64h4M163 64h4"
      />
      <path className="a" d="M92 66h14M101 61l5 5-5 5" />
    </Art>
  );
}

/** A letter with a key beside it. */
function Letter() {
  return (
    <Art>
      <rect x="48" y="22" width="104" height="46" rx="5" />
      <path className="thin" d="M60 36h44M60 46h62M60 56h30" />
      <g className="a">
        <circle className="a" cx="146" cy="60" r="11" fill="var(--ground-raised)" />
        <path className="a" d="M154 52l18-18M164 42l7 7M169 37l6 6" />
      </g>
    </Art>
  );
}

/** The doors of the first run, and the way of authorization behind each. */
const DOORS = {
  organisation: { way: 'token-server', Art: Harbour },
  paste: { way: 'temporary', Art: Letter },
} as const satisfies Record<string, { way: WayKind; Art: typeof Harbour }>;
const DOOR_NAMES = ['organisation', 'paste'] as const;

function Doors({ onChoose }: { readonly onChoose: (way: WayKind) => void }) {
  const { t } = useTranslation();
  return (
    <div className="doors">
      {DOOR_NAMES.map((name) => {
        const { way, Art } = DOORS[name];
        return (
          <button key={name} type="button" className="door" onClick={() => onChoose(way)}>
            <Art />
            <b>{t(`ways.doors.${name}.title`)}</b>
            <span className="say">{t(`ways.doors.${name}.more`)}</span>
            <span className="go">
              {t(`ways.doors.${name}.go`)} <Icon name="chevron-right" />
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** Before there is a destination: the window asks for the first one. */
export function FirstRun({ notes }: { readonly notes: ReactNode }) {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const [way, setWay] = useState<WayKind | null>(null);
  return (
    <>
      <header className="bar">
        <h1 className="welcome-brand">
          <Mark />
          OSS Ferry
        </h1>
        <span className="gap" />
      </header>
      <main className="page">
        {notes}
        <div className={`welcome ${way === null ? '' : 'filling'}`}>
          <div className="inner">
            <h2 className="big">{t('firstRun.title')}</h2>
            <p className="lead">{t('firstRun.lead')}</p>
            {way === null ? (
              <>
                <Doors onChoose={setWay} />
                <p className="import">
                  {t('firstRun.shared')} <ImportButton />
                </p>
              </>
            ) : (
              <DestinationForm
                bare
                destination={null}
                way={way}
                footer={<Button onPress={() => setWay(null)}>{t('ways.doors.back')}</Button>}
                onSaved={() => view.setState({ place: { kind: 'queue' } })}
              />
            )}
          </div>
        </div>
      </main>
    </>
  );
}
