import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon';
import { mended, type FieldName, type FormValues, type Problem } from './form-model';

export interface FieldProps {
  readonly field: FieldName;
  readonly values: FormValues;
  readonly problem: Problem | undefined;
  readonly onChange: (change: Partial<FormValues>) => void;
  readonly onLeave: () => void;
  readonly mono?: boolean;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly list?: string;
}

/** A field of the form with its label, and under it what is wrong or a hint. */
export function TextField({ field, values, problem, onChange, onLeave, ...props }: FieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const value = values[field];
  const remedy = problem === undefined ? null : mended(field, problem, value);
  const said = problem === undefined ? props.hint : undefined;
  return (
    <div className="lab">
      <label htmlFor={id}>{t(`form.fields.${field}`)}</label>
      <div>
        <span className={`field ${problem === undefined ? '' : 'bad'} ${props.mono === true ? 'mono' : ''}`}>
          <input
            id={id}
            name={field}
            type="text"
            value={value}
            placeholder={props.placeholder}
            list={props.list}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            aria-invalid={problem !== undefined}
            aria-describedby={problem !== undefined || said !== undefined ? `${id}-said` : undefined}
            onChange={(event) => onChange({ [field]: event.target.value })}
            onBlur={onLeave}
          />
        </span>
        {problem !== undefined && (
          <p className="err" id={`${id}-said`} role="alert">
            <Icon name="warn" />
            <span>
              {t(`form.problems.${field}.${problem}` as 'form.problems.prefix.slash')}{' '}
              {remedy !== null && (
                <button type="button" onClick={() => onChange({ [field]: remedy })}>
                  {t('form.use', { value: remedy })}
                </button>
              )}
              {problem === 'insecure' && (
                <button type="button" onClick={() => onChange({ allowInsecure: true })}>
                  {t('form.allowInsecure')}
                </button>
              )}
            </span>
          </p>
        )}
        {said !== undefined && (
          <p className="hint" id={`${id}-said`}>
            {said}
          </p>
        )}
      </div>
    </div>
  );
}
