import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../shared/profile';
import { EMPTY_FORM, type FacesField, type FormValues } from './form-model';
import { TextField, type TextFieldProps } from './text-field';

interface SwitchProps {
  readonly on: boolean;
  readonly children: ReactNode;
  readonly saidId?: string;
  readonly onSwitch: (on: boolean) => void;
}

function Switch({ on, children, saidId, onSwitch }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      className="switch-line"
      aria-checked={on}
      aria-describedby={saidId}
      onClick={() => onSwitch(!on)}
    >
      <span className="switch" aria-hidden="true" />
      {children}
    </button>
  );
}

function Agree({ on, children, onSwitch }: SwitchProps) {
  return (
    <label className="agree">
      <input type="checkbox" checked={on} onChange={(event) => onSwitch(event.target.checked)} />
      {children}
    </label>
  );
}

export interface FacesFieldsProps {
  readonly values: FormValues;
  readonly authorization: Profile['authorization']['kind'];
  readonly fieldOf: (name: FacesField) => TextFieldProps;
  readonly onChange: (change: Partial<FormValues>) => void;
}

/** The consent: off until it is given, with the one sentence on what is read by whom. */
function AfterUpload({ values, fieldOf, onChange }: FacesFieldsProps) {
  const { t } = useTranslation();
  const region = values.region.trim().replace(/^oss-/, '');
  // It holds for what is asked by hand, too; and what is wrong with a value must be seen before it is saved.
  const showsRate =
    values.afterUpload ||
    values.immProject !== '' ||
    values.facesPerSecond.trim() !== EMPTY_FORM.facesPerSecond;
  return (
    <>
      <div className="lab">
        <span className="lb">{t('faces.title')}</span>
        <div>
          <Switch
            on={values.afterUpload}
            saidId="faces-consent"
            onSwitch={(afterUpload) => onChange({ afterUpload })}
          >
            {t('form.afterUpload')}
          </Switch>
          <p className="hint" id="faces-consent">
            {t(values.afterUpload ? 'form.consentOn' : 'form.consentOff')}
          </p>
        </div>
      </div>
      <TextField {...fieldOf('immProject')} hint={t('form.hints.immProject')} />
      {(values.immProject !== '' || values.immEndpoint !== '') && (
        <TextField
          {...fieldOf('immEndpoint')}
          mono
          placeholder={region === '' ? t('form.hints.endpoint') : `https://imm.${region}.aliyuncs.com`}
        />
      )}
      {showsRate && <TextField {...fieldOf('facesPerSecond')} hint={t('form.hints.facesPerSecond')} />}
    </>
  );
}

/** What is looked for on this device before a picture is sent, and what follows from it. */
function BeforeUpload({ values, fieldOf, onChange }: FacesFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <div className="lab">
        <span className="lb">{t('form.ingestLabel')}</span>
        <div>
          <Switch on={values.ingest} saidId="faces-ingest" onSwitch={(ingest) => onChange({ ingest })}>
            {t('form.ingest')}
          </Switch>
          <p className="hint" id="faces-ingest">
            {t('faces.rule.nothingLeaves')}
          </p>
        </div>
      </div>
      {values.ingest && (
        <>
          <div className="lab">
            <span />
            <div>
              <Agree on={values.ingestTag} onSwitch={(ingestTag) => onChange({ ingestTag })}>
                {t('form.ingestTag')}
              </Agree>
              {values.ingestTag && <p className="hint">{t('form.ingestTagMore')}</p>}
              <Agree on={values.ingestAsk} onSwitch={(ingestAsk) => onChange({ ingestAsk })}>
                {t('form.ingestAsk')}
              </Agree>
            </div>
          </div>
          <TextField {...fieldOf('ingestPrefix')} hint={t('form.hints.ingestPrefix')} />
        </>
      )}
    </>
  );
}

/** Faces in pictures: nothing is looked at and nobody is asked before it is switched on here. */
export function FacesFields(props: FacesFieldsProps) {
  const { t } = useTranslation();
  const { authorization } = props;
  const canAsk = authorization !== 'signed-url' && authorization !== 'post-policy';
  return (
    <>
      <h2>{t('form.faces')}</h2>
      {canAsk ? (
        <AfterUpload {...props} />
      ) : (
        <p className="lab">
          <span className="lb">{t('faces.title')}</span>
          <span className="hint">{t('faces.refusals.no-credentials-here')}</span>
        </p>
      )}
      <BeforeUpload {...props} />
    </>
  );
}
