import { useTranslation } from 'react-i18next';
import { OBJECT_ACLS, STORAGE_CLASSES } from '../../../shared/object-settings';
import { holdsCredentials } from '../../../shared/profile';
import { ChoiceField } from './choice-field';
import { Fold } from './fold';
import type { FormValues } from './form-model';
import { EXAMPLES, hasObjectSettings, type ObjectField } from './object-model';
import { TextField, type TextFieldProps } from './text-field';

export interface ObjectFieldsProps {
  readonly values: FormValues;
  readonly fieldOf: (name: ObjectField) => TextFieldProps;
  readonly onChange: (change: Partial<FormValues>) => void;
}

const CLASSES = ['', ...STORAGE_CLASSES] as const;
const ACLS = ['', ...OBJECT_ACLS] as const;
const ENCRYPTIONS = ['', 'AES256', 'KMS', 'SM4'] as const;
const BODY_TYPES = ['application/x-www-form-urlencoded', 'application/json'] as const;
const LINES = ['contentTypes', 'contentDispositions', 'metadata', 'tags'] as const;

/** What every object of the destination is to be. */
export function ObjectFields({ values, fieldOf, onChange }: ObjectFieldsProps) {
  const { t } = useTranslation();
  const choice = <T extends string>(
    name: ObjectField,
    choices: readonly T[],
    labelOf: (one: T) => string,
  ) => {
    const { label, wrong } = fieldOf(name);
    const value = choices.find((one) => one === values[name]) ?? choices[0];
    if (value === undefined) return null;
    return (
      <ChoiceField
        {...{ name, label, wrong, choices, labelOf, value }}
        hint={name === 'acl' ? t('form.hints.acl') : undefined}
        onChange={(chosen) => onChange({ [name]: chosen })}
      />
    );
  };
  return (
    <Fold title={t('form.objects')} more={t('form.objectsMore')} filled={hasObjectSettings(values)}>
      {choice('storageClass', CLASSES, (one) => t(`form.classes.${one === '' ? 'bucket' : one}`))}
      {choice('acl', ACLS, (one) => t(`form.acls.${one === '' ? 'bucket' : one}`))}
      {choice('encryption', ENCRYPTIONS, (one) => (one === '' ? t('form.bucketsOwn') : one))}
      {values.encryption === 'KMS' && (
        <TextField {...fieldOf('kmsKeyId')} mono hint={t('form.hints.kmsKeyId')} />
      )}
      <TextField {...fieldOf('cacheControl')} mono placeholder={EXAMPLES.cacheControl} />
      {LINES.map((name) => (
        <TextField
          key={name}
          {...fieldOf(name)}
          mono
          long
          hint={t(`form.hints.${name}`, { example: EXAMPLES[name] })}
        />
      ))}
    </Fold>
  );
}

/** Whom OSS tells of each object. */
export function CallbackFields({ values, fieldOf, onChange }: ObjectFieldsProps) {
  const { t } = useTranslation();
  return (
    <Fold
      title={t('form.callback')}
      more={t('form.callbackMore')}
      filled={values.callbackUrl + values.noticeUrl !== ''}
    >
      <TextField {...fieldOf('callbackUrl')} mono hint={t('form.hints.callbackUrl')} />
      {values.callbackUrl !== '' && (
        <>
          <TextField
            {...fieldOf('callbackBody')}
            mono
            long
            hint={t('form.hints.callbackBody', { example: EXAMPLES.callbackBody })}
          />
          <ChoiceField
            name="callbackBodyType"
            label={fieldOf('callbackBodyType').label}
            value={values.callbackBodyType === BODY_TYPES[1] ? BODY_TYPES[1] : BODY_TYPES[0]}
            choices={BODY_TYPES}
            labelOf={(one) => one}
            onChange={(callbackBodyType) => onChange({ callbackBodyType })}
          />
          <TextField
            {...fieldOf('callbackVariables')}
            mono
            long
            hint={t('form.hints.callbackVariables', { example: EXAMPLES.callbackVariables })}
          />
          <TextField {...fieldOf('callbackHost')} mono hint={t('form.hints.callbackHost')} />
          <div className="lab">
            <span />
            <label className="agree">
              <input
                type="checkbox"
                checked={values.callbackSni}
                onChange={(event) => onChange({ callbackSni: event.target.checked })}
              />
              {t('form.callbackSni')}
            </label>
          </div>
        </>
      )}
      {(values.callbackUrl !== '' ||
        values.noticeUrl !== '' ||
        !holdsCredentials({ authorization: { kind: values.way } })) && (
        <TextField {...fieldOf('noticeUrl')} mono hint={t('form.hints.noticeUrl')} />
      )}
    </Fold>
  );
}
