import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon';

export interface TextFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** What is wrong with it, in words; undefined: nothing is. */
  readonly wrong: string | undefined;
  /** A value that would be right. */
  readonly remedy?: string | null;
  /** Another remedy, after the words. */
  readonly more?: ReactNode;
  readonly onChange: (value: string) => void;
  readonly onLeave: () => void;
  readonly mono?: boolean;
  readonly hint?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly list?: string;
  /** Not shown while it is typed; pasting is allowed all the same. */
  readonly secret?: boolean;
  /** More than one line may be pasted. */
  readonly long?: boolean;
}

/** A field with its label; what is wrong stands below it with the remedy as a button. */
export function TextField({ name, label, value, wrong, onChange, onLeave, ...props }: TextFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const remedy = props.remedy ?? null;
  const said = wrong === undefined ? props.hint : undefined;
  const attributes = {
    id,
    name,
    value,
    placeholder: props.placeholder,
    spellCheck: false,
    autoComplete: 'off',
    autoCapitalize: 'off',
    'aria-invalid': wrong !== undefined,
    'aria-describedby': wrong !== undefined || said !== undefined ? `${id}-said` : undefined,
    onBlur: onLeave,
  };
  const looks = ['field', wrong !== undefined && 'bad', props.mono && 'mono', props.long && 'long'];
  return (
    <div className="lab">
      <label htmlFor={id}>{label}</label>
      <div>
        <span className={looks.filter(Boolean).join(' ')}>
          {props.long === true ? (
            <textarea {...attributes} rows={4} onChange={(event) => onChange(event.target.value)} />
          ) : (
            <input
              {...attributes}
              type={props.secret === true ? 'password' : 'text'}
              list={props.list}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
        </span>
        {wrong !== undefined && (
          <p className="err" id={`${id}-said`} role="alert">
            <Icon name="warn" />
            <span>
              {wrong}{' '}
              {remedy !== null && (
                <button type="button" onClick={() => onChange(remedy)}>
                  {t('form.use', { value: remedy })}
                </button>
              )}
              {props.more}
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
