import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFerry } from '../../ferry';
import { Mark } from '../../ui/parts';
import { DestinationForm } from './destination-form';

/** A ferry on its way to a quay with houses. */
function Harbour() {
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
      <path
        className="thin"
        d="M8 84.500c6 0 6-3 12.500-3s6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3 6-3 12.500-3 6.500 3 12.500 3"
      />
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
    </svg>
  );
}

/** Before there is a destination: the window asks for the first one. */
export function FirstRun({ notes }: { readonly notes: ReactNode }) {
  const { t } = useTranslation();
  const { view } = useFerry();
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
        <div className="welcome">
          <div className="inner">
            <Harbour />
            <h2 className="big">{t('firstRun.title')}</h2>
            <p className="lead">{t('firstRun.lead')}</p>
            <DestinationForm
              bare
              destination={null}
              onSaved={() => view.setState({ place: { kind: 'queue' } })}
            />
          </div>
        </div>
      </main>
    </>
  );
}
