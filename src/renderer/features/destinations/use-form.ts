import { useState, type SubmitEvent } from 'react';
import type { Fault } from '../../../shared/faults';
import type { DestinationView } from '../../../shared/ipc/contract';
import type { Profile } from '../../../shared/profile';
import type { WayKind } from '../../../shared/secrets';
import { saveSettings, valueOf } from '../../actions';
import { useAppContext } from '../../app-context';
import {
  check,
  EMPTY_FORM,
  FIELD_NAMES,
  profileInput,
  valuesOf,
  type FieldName,
  type FormValues,
  type Problem,
} from './form-model';
import { useSecret, type SecretState } from './use-secret';

export interface FormState {
  readonly values: FormValues;
  readonly problems: Readonly<Partial<Record<FieldName, Problem>>>;
  readonly secret: SecretState;
  readonly refused: Fault | null;
  readonly busy: boolean;
  readonly change: (change: Partial<FormValues>) => void;
  readonly leave: (field: FieldName) => void;
  readonly submit: (event: SubmitEvent<HTMLFormElement>) => void;
}

export interface FormStart {
  /** Null for a new one. */
  readonly destination: DestinationView | null;
  /** The way that a new one begins with. */
  readonly way: WayKind | undefined;
  /** What a new one is to be like. */
  readonly like: Profile | null;
  readonly onSaved: (saved: DestinationView) => void;
}

const CHOICES = ['storageClass', 'acl', 'encryption'] as const satisfies readonly FieldName[];

const firstValues = (profile: Profile | null, way: WayKind | undefined): FormValues =>
  profile === null ? { ...EMPTY_FORM, way: way ?? EMPTY_FORM.way } : valuesOf(profile);

/** Problems are said once a field was left, and all of them once Save was pressed; then they follow each key. */
export function useForm({ destination, way, like, onSaved }: FormStart): FormState {
  const ferry = useAppContext();
  const base = destination?.profile ?? like;
  const [values, setValues] = useState(() => firstValues(base, way));
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
      const field = form.querySelector<HTMLElement>(`[name="${wrong}"]`);
      // What is folded cannot take the focus.
      field?.closest('details')?.setAttribute('open', '');
      field?.focus();
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
    onSaved(saved);
  };
  return {
    values,
    problems,
    secret,
    refused,
    busy,
    change: (change) => {
      setRefused(null);
      // A choice is made at once: there is nothing to leave before it can be judged.
      const chosen = CHOICES.filter((field) => change[field] !== undefined);
      if (chosen.length > 0) setLeft((before) => new Set([...before, ...chosen]));
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
