import { useTranslation } from 'react-i18next';
import { ChoiceField } from './choice-field';
import type { FormValues } from './form-model';
import { ADDRESS_EXAMPLE, addressOf, namesAddress, REACHES } from './place-model';
import { isRegionId, REGIONS } from './regions';
import { TextField, type TextFieldProps } from './text-field';

interface PlaceFieldsProps {
  readonly values: FormValues;
  readonly fieldOf: (name: 'bucket' | 'region' | 'prefix' | 'name' | 'endpoint') => TextFieldProps;
  readonly onChange: (change: Partial<FormValues>) => void;
}

/** Where objects go: bucket and region, the way there, the prefix. */
export function PlaceFields({ values, fieldOf, onChange }: PlaceFieldsProps) {
  const { t } = useTranslation();
  const region = values.region.trim().replace(/^oss-/, '');
  const { reach } = values;
  const address = region === '' ? null : addressOf(reach, region);
  return (
    <>
      <h2>{t('form.where')}</h2>
      <TextField {...fieldOf('bucket')} />
      <TextField
        {...fieldOf('region')}
        list="regions"
        hint={isRegionId(region) ? t(`regions.${region}`) : t('form.hints.region')}
      />
      <datalist id="regions">
        {REGIONS.map((id) => (
          <option key={id} value={id} label={t(`regions.${id}`)} />
        ))}
      </datalist>
      <ChoiceField
        name="reach"
        label={t('form.reach')}
        value={reach}
        choices={REACHES}
        labelOf={(choice) => t(`form.reaches.${choice}`)}
        hint={address === null ? t(`form.reachMore.${reach}`) : `${t(`form.reachMore.${reach}`)} ${address}`}
        onChange={(chosen) => onChange({ reach: chosen })}
      />
      {namesAddress(reach) && <TextField {...fieldOf('endpoint')} mono placeholder={ADDRESS_EXAMPLE} />}
      {reach === 'other' && (
        <div className="lab">
          <span />
          <label className="agree">
            <input
              type="checkbox"
              checked={values.inPath}
              onChange={(event) => onChange({ inPath: event.target.checked })}
            />
            {t('form.inPath')}
          </label>
        </div>
      )}
      <TextField {...fieldOf('prefix')} hint={t('form.hints.prefix')} />
      <TextField {...fieldOf('name')} placeholder={values.bucket} />
    </>
  );
}
