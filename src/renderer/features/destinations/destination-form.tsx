import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault } from '../../../shared/faults';
import type { DestinationView } from '../../../shared/ipc/contract';
import { saveSettings, valueOf } from '../../actions';
import { useFerry } from '../../ferry';
import { Icon } from '../../ui/icon';
import { InEnglish } from '../../ui/parts';
import type { AuthorizationField } from './authorization-model';
import { AuthorizationFields } from './authorization-fields';
import type { WayKind } from '../../../shared/secrets';
import { FacesFields } from './faces-fields';
import {
  check,
  CONFLICT_POLICIES,
  EMPTY_FORM,
  FIELD_NAMES,
  mended,
  profileInput,
  valuesOf,
  type FieldName,
  type FormValues,
  type Problem,
} from './form-model';
import { isRegionId, REGIONS } from './regions';
import { TextField } from './text-field';
import { useSecret, type SecretState } from './use-secret';

type PlaceField = Exclude<FieldName, AuthorizationField>;

interface FormState {
  readonly values: FormValues;
  readonly problems: Readonly<Partial<Record<FieldName, Problem>>>;
  readonly secret: SecretState;
  readonly refused: Fault | null;
  readonly busy: boolean;
  readonly change: (change: Partial<FormValues>) => void;
  readonly leave: (field: FieldName) => void;
  readonly submit: (event: SubmitEvent<HTMLFormElement>) => void;
}

/** Problems are said once a field was left, and all of them once Save was pressed; then they follow each key. */
function useForm(
  destination: DestinationView | null,
  way: WayKind | undefined,
  onSaved: () => void,
): FormState {
  const ferry = useFerry();
  const base = destination?.profile ?? null;
  const [values, setValues] = useState(
    base === null ? { ...EMPTY_FORM, way: way ?? EMPTY_FORM.way } : valuesOf(base),
  );
  const secret = useSecret(destination, values);
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set());
  const [refused, setRefused] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const checked = check(values, base);
  const found = checked.kind === 'wrong' ? checked.problems : {};
  const problems: Partial<Record<FieldName, Problem>> = {};
  for (const field of FIELD_NAMES) if (left.has(field) && found[field]) problems[field] = found[field];

  const save = async (form: HTMLFormElement): Promise<void> => {
    setLeft(new Set(FIELD_NAMES));
    secret.judge();
    const wrongSecret = secret.checked.kind === 'wrong' ? Object.keys(secret.checked.problems) : [];
    const wrong = FIELD_NAMES.find((field) => found[field] !== undefined) ?? wrongSecret[0];
    if (wrong !== undefined) {
      form.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
      return;
    }
    setBusy(true);
    const reply = await ferry.bridge.call('destinations.save', {
      destinationId: destination?.destinationId ?? null,
      profile: profileInput(values, base),
    });
    if (!reply.ok) {
      setBusy(false);
      setRefused(reply.fault);
      return;
    }
    const saved = reply.value;
    const { destinationId } = saved;
    if (secret.checked.kind === 'secret')
      valueOf(
        ferry,
        await ferry.bridge.call('credentials.set', { destinationId, secret: secret.checked.secret }),
      );
    secret.clear();
    setBusy(false);
    ferry.app.setState((state) => {
      const others = (state.destinations ?? []).filter((one) => one.destinationId !== saved.destinationId);
      const known = others.length !== (state.destinations ?? []).length;
      return known
        ? {
            destinations: (state.destinations ?? []).map((one) =>
              one.destinationId === saved.destinationId ? saved : one,
            ),
          }
        : { destinations: [...others, saved] };
    });
    if (destination === null) await saveSettings(ferry, { currentDestinationId: saved.destinationId });
    onSaved();
  };
  return {
    values,
    problems,
    secret,
    refused,
    busy,
    change: (change) => {
      setRefused(null);
      setValues((before) => ({ ...before, ...change }));
    },
    leave: (field) => {
      if (values[field] !== '' || left.size > 0) setLeft((before) => new Set(before).add(field));
    },
    submit: (event) => {
      event.preventDefault();
      if (!busy) void save(event.currentTarget);
    },
  };
}

interface DestinationFormProps {
  /** Null for a new one. */
  readonly destination: DestinationView | null;
  readonly onSaved: () => void;
  /** The buttons beside Save. */
  readonly footer?: ReactNode;
  readonly bare?: boolean;
  /** The way that a new one begins with. */
  readonly way?: WayKind;
}

export function DestinationForm({ destination, onSaved, footer, bare = false, way }: DestinationFormProps) {
  const { t } = useTranslation();
  const form = useForm(destination, way, onSaved);
  const field = (name: PlaceField) => {
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
  const region = form.values.region.trim().replace(/^oss-/, '');
  return (
    <form className={bare ? '' : 'formpage'} noValidate onSubmit={form.submit}>
      <div className="form">
        <h2>{t('form.where')}</h2>
        <TextField {...field('bucket')} />
        <TextField
          {...field('region')}
          list="regions"
          hint={isRegionId(region) ? t(`regions.${region}`) : t('form.hints.region')}
        />
        <datalist id="regions">
          {REGIONS.map((id) => (
            <option key={id} value={id} label={t(`regions.${id}`)} />
          ))}
        </datalist>
        <TextField {...field('prefix')} hint={t('form.hints.prefix')} />
        <TextField {...field('name')} placeholder={form.values.bucket} />
        <TextField
          {...field('endpoint')}
          mono
          placeholder={region === '' ? t('form.hints.endpoint') : `https://oss-${region}.aliyuncs.com`}
        />
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
        <PolicyField value={form.values.conflict} onChange={form.change} />
        {!bare && (
          <FacesFields
            values={form.values}
            authorization={form.values.way}
            fieldOf={field}
            onChange={form.change}
          />
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

function PolicyField({
  value,
  onChange,
}: {
  readonly value: FormValues['conflict'];
  readonly onChange: (change: Partial<FormValues>) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="lab">
      <label htmlFor={id}>{t('form.fields.conflict')}</label>
      <div>
        <span className="field">
          <select
            id={id}
            name="conflict"
            value={value}
            onChange={(event) => {
              const conflict = CONFLICT_POLICIES.find((policy) => policy === event.target.value);
              if (conflict !== undefined) onChange({ conflict });
            }}
          >
            {CONFLICT_POLICIES.map((policy) => (
              <option key={policy} value={policy}>
                {t(`form.policies.${policy}`)}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" />
        </span>
      </div>
    </div>
  );
}
