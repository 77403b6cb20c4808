import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationView } from '../../../shared/ipc/contract';
import type { Profile } from '../../../shared/profile';
import type { WayKind } from '../../../shared/secrets';
import { Icon } from '../../ui/icon';
import { InEnglish } from '../../ui/parts';
import { AuthorizationFields } from './authorization-fields';
import type { AuthorizationField } from './authorization-model';
import { ChoiceField } from './choice-field';
import { FacesFields } from './faces-fields';
import { CONFLICT_POLICIES, mended, type FieldName } from './form-model';
import { CallbackFields, ObjectFields } from './object-fields';
import { PlaceFields } from './place-fields';
import { useForm } from './use-form';

type PlainField = Exclude<FieldName, AuthorizationField>;

interface DestinationFormProps {
  /** Null for a new one. */
  readonly destination: DestinationView | null;
  readonly onSaved: (saved: DestinationView) => void;
  /** The buttons beside Save. */
  readonly footer?: ReactNode;
  readonly bare?: boolean;
  /** The way that a new one begins with. */
  readonly way?: WayKind;
  /** What a new one is to be like. */
  readonly like?: Profile | null;
}

export function DestinationForm({
  destination,
  onSaved,
  footer,
  bare = false,
  ...props
}: DestinationFormProps) {
  const { t } = useTranslation();
  const form = useForm({ destination, way: props.way, like: props.like ?? null, onSaved });
  const field = (name: PlainField) => {
    const problem = form.problems[name];
    return {
      name,
      label: t(`form.fields.${name}`),
      value: form.values[name],
      wrong:
        problem === undefined
          ? undefined
          : t(`form.problems.${name}.${problem}` as 'form.problems.prefix.slash'),
      remedy: problem === undefined ? null : mended(name, problem, form.values[name]),
      more: problem === 'insecure' && (
        <button type="button" onClick={() => form.change({ allowInsecure: true })}>
          {t('form.allowInsecure')}
        </button>
      ),
      onChange: (value: string) => form.change({ [name]: value }),
      onLeave: () => form.leave(name),
    };
  };
  return (
    <form className={bare ? '' : 'formpage'} noValidate onSubmit={form.submit}>
      <div className="form">
        <PlaceFields values={form.values} fieldOf={field} onChange={form.change} />
        <h2>{t('form.authorization')}</h2>
        <AuthorizationFields
          destination={destination}
          values={form.values}
          problems={form.problems}
          secret={form.secret}
          onChange={form.change}
          onLeave={form.leave}
        />
        {form.values.allowInsecure && (
          <div className="lab">
            <span />
            <label className="agree">
              <input
                type="checkbox"
                checked={form.values.allowInsecure}
                onChange={(event) => form.change({ allowInsecure: event.target.checked })}
              />
              {t('form.insecureAllowed')}
            </label>
          </div>
        )}
        <h2>{t('form.files')}</h2>
        <ChoiceField
          name="conflict"
          label={t('form.fields.conflict')}
          value={form.values.conflict}
          choices={CONFLICT_POLICIES}
          labelOf={(policy) => t(`form.policies.${policy}`)}
          onChange={(conflict) => form.change({ conflict })}
        />
        {!bare && (
          <>
            <FacesFields
              values={form.values}
              authorization={form.values.way}
              fieldOf={field}
              onChange={form.change}
            />
            <ObjectFields values={form.values} fieldOf={field} onChange={form.change} />
            <CallbackFields values={form.values} fieldOf={field} onChange={form.change} />
          </>
        )}
        {form.refused !== null && (
          <p className="lab" role="alert">
            <span />
            <span className="err">
              <Icon name="warn" />
              <span>
                {t(`faults.${form.refused.code}.what`)} <InEnglish>{form.refused.message}</InEnglish>
              </span>
            </span>
          </p>
        )}
      </div>
      <div className={`formfoot ${bare ? 'bare' : ''}`}>
        {footer}
        <button type="submit" className="btn primary">
          {t(form.busy ? 'form.saving' : bare ? 'form.begin' : 'form.save')}
        </button>
      </div>
    </form>
  );
}
