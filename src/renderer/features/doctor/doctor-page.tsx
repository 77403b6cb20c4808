import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { missingRights, type DoctorRun } from '../../../shared/doctor';
import type { DestinationId } from '../../../shared/ids';
import { ramRequest } from '../../../shared/ram-statement';
import { copy, valueOf } from '../../actions';
import { useApp, useAppContext, useFormat } from '../../app-context';
import { destinationById } from '../../store/app-store';
import { Icon } from '../../ui/icon';
import { Button, InEnglish } from '../../ui/parts';
import { LINE_LOOKS, linesOf, resultOf, resultTone, saidOf, textsOf, type Line } from './lines';
import { useDoctor } from './use-doctor';

function CheckLine({ line: { id, state, check } }: { readonly line: Line }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { icon, tone } = LINE_LOOKS[state];
  const texts = check === null ? [] : textsOf(t, format, i18n.language, check);
  const said = check === null ? null : saidOf(check);
  return (
    <li className={`t-${tone}`} data-check={id} data-state={state}>
      <Icon name={icon} className={state === 'running' ? 'turning' : ''} />
      <div>
        <b>{t(`doctor.checks.${id}`)}</b>
        {texts.map((text) => (
          <p key={text}>{text}</p>
        ))}
        {said !== null && (
          <p>
            <InEnglish>{said}</InEnglish>
          </p>
        )}
      </div>
      <span className="word">{t(`doctor.states.${state}`)}</span>
    </li>
  );
}

/** What the administrator has to allow, in one piece. */
function Request({ run }: { readonly run: DoctorRun }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [copied, setCopied] = useState('');
  const request = ramRequest(missingRights(run.checks));
  if (request === '') return null;
  return (
    <section className="request" aria-labelledby="doctor-request">
      <h2 id="doctor-request">{t('doctor.request')}</h2>
      <p>{t('doctor.requestMore')}</p>
      <pre className="mono policy">{request}</pre>
      <Button icon="copy" onPress={() => void copy(ferry, request).then(() => setCopied(request))}>
        {t(copied === request ? 'doctor.requestCopied' : 'doctor.copyRequest')}
      </Button>
    </section>
  );
}

function Verdict({ run }: { readonly run: DoctorRun | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (run === null) return <p className="verdict">{t('doctor.probe')}</p>;
  const words = resultOf(t, format, run);
  return (
    <>
      <p className={`verdict t-${resultTone(run)}`} data-verdict={resultTone(run)}>
        {words}
      </p>
      <p className="dim">{t('doctor.probe')}</p>
      {/* Read once, when all is done: eighteen lines one by one would be a lecture. */}
      <p className="hidden live" role="status">
        {run.isRunning ? '' : words}
      </p>
    </>
  );
}

interface DoctorPageProps {
  readonly destinationId: DestinationId;
}

/** "Check my setup": what was tried of a destination, what came of it, and what to do. */
export function DoctorPage({ destinationId }: DoctorPageProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const { run, start, stop } = useDoctor(destinationId);
  const [copied, setCopied] = useState<number | null>(null);
  const name = useApp((state) => destinationById(state, destinationId)?.profile.name ?? '');
  const isRunning = run?.isRunning ?? true;
  const copyReport = async (): Promise<void> => {
    if (run === null) return;
    const report = valueOf(ferry, await ferry.bridge.call('doctor.report', { runId: run.runId }));
    if (report === undefined) return;
    await copy(ferry, report.text);
    setCopied(run.runId);
  };
  return (
    <>
      <header className="bar">
        <h1>
          {t('doctor.title')}
          <small>{name}</small>
        </h1>
        <span className="gap" />
      </header>
      <main className="page doctor" data-zone="doctor">
        {/* Scrolled by its keys: it may hold nothing else that takes the focus. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="findings" tabIndex={0} role="region" aria-label={t('doctor.list')}>
          <Verdict run={run} />
          <ul className="probe">
            {run !== null && linesOf(run).map((line) => <CheckLine key={line.id} line={line} />)}
          </ul>
          {run !== null && !run.isRunning && <Request run={run} />}
        </div>
        <div className="formfoot">
          <Button
            look="quiet"
            onPress={() => ferry.view.setState({ place: { kind: 'destination', destinationId } })}
          >
            {t('doctor.back')}
          </Button>
          <span className="gap" />
          {!isRunning && (
            <Button icon="copy" title={t('doctor.reportMore')} onPress={() => void copyReport()}>
              {t(copied === run?.runId ? 'doctor.reportCopied' : 'doctor.copyReport')}
            </Button>
          )}
          {isRunning ? (
            <Button onPress={stop}>{t('doctor.stop')}</Button>
          ) : (
            <Button look="primary" icon="retry" onPress={start}>
              {t('doctor.again')}
            </Button>
          )}
        </div>
      </main>
    </>
  );
}
