import { useState } from 'react';
import type { DestinationView } from '../../../shared/ipc/contract';
import {
  checkSecret,
  EMPTY_DRAFT,
  staysKept,
  type AuthorizationValues,
  type CheckedSecret,
  type SecretDraft,
  type SecretField,
  type SecretProblem,
} from './authorization-model';

export interface SecretState {
  readonly draft: SecretDraft;
  readonly checked: CheckedSecret;
  /** Said once a field was left, or Save was pressed. */
  readonly problems: Readonly<Partial<Record<SecretField, SecretProblem>>>;
  /** What was handed in before serves on; its fields are hidden until it is to be replaced. */
  readonly isKept: boolean;
  readonly replaces: boolean;
  readonly change: (change: Partial<SecretDraft>) => void;
  readonly leave: (field: SecretField) => void;
  readonly replace: () => void;
  /** Says all problems from now on. */
  readonly judge: () => void;
  /** Nothing of what was typed is left. */
  readonly clear: () => void;
}

const FIELDS: readonly SecretField[] = ['bearer', 'accessKeyId', 'accessKeySecret', 'pasted'];

/** What is typed of a secret, in this component's memory alone until it is handed in. */
export function useSecret(destination: DestinationView | null, values: AuthorizationValues): SecretState {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [left, setLeft] = useState<ReadonlySet<SecretField>>(new Set());
  const [replaces, setReplaces] = useState(false);
  const isKept =
    destination !== null &&
    destination.credentials.keptIn !== 'nowhere' &&
    staysKept(values, destination.profile);
  const checked = checkSecret(values, draft, isKept);
  const found = checked.kind === 'wrong' ? checked.problems : {};
  const problems: Partial<Record<SecretField, SecretProblem>> = {};
  for (const field of FIELDS) if (left.has(field) && found[field]) problems[field] = found[field];
  return {
    draft,
    checked,
    problems,
    isKept,
    replaces,
    change: (change) => setDraft((before) => ({ ...before, ...change })),
    leave: (field) => {
      if (draft[field] !== '') setLeft((before) => new Set(before).add(field));
    },
    replace: () => setReplaces(true),
    judge: () => setLeft(new Set(FIELDS)),
    clear: () => {
      setDraft(EMPTY_DRAFT);
      setLeft(new Set());
      setReplaces(false);
    },
  };
}
