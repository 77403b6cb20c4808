import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CredentialsView, DestinationView } from '../../../shared/ipc/contract';
import { WAY_KINDS, WAYS, type WayKind } from '../../../shared/secrets';
import { valueOf } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { KeychainLine } from '../../keychain-note';
import { Button } from '../../ui/parts';
import { FIELDS_OF_WAY, type AuthorizationField, type SecretField } from './authorization-model';
import { mended, type FormValues, type Problem } from './form-model';
import { TextField } from './text-field';
import type { SecretState } from './use-secret';

interface FieldsProps {
  /** Null for a new destination. */
  readonly destination: DestinationView | null;
  readonly values: FormValues;
  readonly problems: Readonly<Partial<Record<AuthorizationField, Problem>>>;
  readonly secret: SecretState;
  readonly onChange: (change: Partial<FormValues>) => void;
  readonly onLeave: (field: AuthorizationField) => void;
}

/** How uploads are authorized: the way, what it needs to know, and its secret. */
export function AuthorizationFields({ destination, ...props }: FieldsProps) {
  const { values, secret } = props;
  return (
    <>
      <WayChoice way={values.way} onChange={(way) => props.onChange({ way })} />
      {FIELDS_OF_WAY[values.way].map((field) => (
        <PlainField key={field} field={field} {...props} />
      ))}
      {destination !== null && secret.isKept && !secret.replaces ? (
        <Kept destination={destination} onReplace={secret.replace} />
      ) : (
        <SecretFields values={values} secret={secret} />
      )}
      {destination !== null && <Expiry credentials={destination.credentials} />}
    </>
  );
}

function WayChoice({ way, onChange }: { readonly way: WayKind; readonly onChange: (way: WayKind) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="kinds">
      <legend className="hidden">{t('form.authorization')}</legend>
      {WAY_KINDS.map((kind) => (
        <label key={kind} className={kind === way ? 'on' : ''}>
          <input
            type="radio"
            name="way"
            value={kind}
            checked={kind === way}
            onChange={() => onChange(kind)}
          />
          <span className={`radio ${kind === way ? 'on' : ''}`} />
          <b>{t(`ways.kinds.${kind}.name`)}</b>
          <span className="cut">{t(`ways.kinds.${kind}.more`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

const MONO: ReadonlySet<AuthorizationField> = new Set(['serverUrl', 'roleArn', 'externalId', 'stsEndpoint']);

type PlainProps = Pick<FieldsProps, 'values' | 'problems' | 'onChange' | 'onLeave'>;

function PlainField({
  field,
  values,
  problems,
  onChange,
  onLeave,
}: PlainProps & { readonly field: AuthorizationField }) {
  const { t } = useTranslation();
  const problem = problems[field];
  const region = values.region.trim().replace(/^oss-/, '');
  const placeholders: Partial<Record<AuthorizationField, string>> = {
    serverUrl: 'https://',
    roleArn: 'acs:ram::123456789012:role/name',
    stsEndpoint: region === '' ? '' : `https://sts.${region}.aliyuncs.com`,
  };
  return (
    <TextField
      name={field}
      label={t(`ways.fields.${field}`)}
      value={values[field]}
      wrong={
        problem === undefined
          ? undefined
          : t(`ways.problems.${field}.${problem}` as 'ways.problems.serverUrl.shape')
      }
      remedy={problem === undefined ? null : mended(field, problem, values[field])}
      more={
        problem === 'insecure' && (
          <button type="button" onClick={() => onChange({ allowInsecure: true })}>
            {t('form.allowInsecure')}
          </button>
        )
      }
      mono={MONO.has(field)}
      hint={field === 'serverUrl' ? t(`ways.servers.${serverOf(values.way)}`) : t(`ways.hints.${field}`)}
      placeholder={placeholders[field]}
      onChange={(value) => onChange({ [field]: value })}
      onLeave={() => onLeave(field)}
    />
  );
}

type ServerWay = 'token-server' | 'signed-url' | 'post-policy';
const serverOf = (way: WayKind): ServerWay =>
  way === 'signed-url' || way === 'post-policy' ? way : 'token-server';

const SECRET_FIELDS: Readonly<Record<(typeof WAYS)[WayKind]['secret'], readonly SecretField[]>> = {
  bearer: ['bearer'],
  'access-key': ['accessKeyId', 'accessKeySecret'],
  temporary: ['pasted'],
};

function SecretFields({ values, secret }: Pick<FieldsProps, 'values' | 'secret'>) {
  const { t } = useTranslation();
  const first = useRef<HTMLDivElement>(null);
  const { replaces } = secret;
  useEffect(() => {
    if (replaces) first.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, [replaces]);
  if (values.way === 'assume-role' && values.aliyunProfile.trim() !== '') return null;
  const kind = WAYS[values.way].secret;
  // A bearer is seldom wanted: the keychain is not opened for an empty field.
  return (
    <div ref={first}>
      {SECRET_FIELDS[kind].map((field) => {
        const problem = secret.problems[field];
        return (
          <TextField
            key={field}
            name={field}
            label={t(`ways.fields.${field}`)}
            value={secret.draft[field]}
            wrong={
              problem === undefined
                ? undefined
                : t(`ways.problems.${field}.${problem}` as 'ways.problems.bearer.shape')
            }
            hint={t(`ways.hints.${field}`)}
            mono
            secret={field === 'bearer' || field === 'accessKeySecret'}
            long={field === 'pasted'}
            onChange={(value) => secret.change({ [field]: value })}
            onLeave={() => secret.leave(field)}
          />
        );
      })}
      {(kind === 'access-key' || secret.draft.bearer !== '') && <KeychainLine />}
    </div>
  );
}

/** What was handed in before: where it is kept, never what it is. */
function Kept({
  destination: { destinationId, credentials },
  onReplace,
}: {
  readonly destination: DestinationView;
  readonly onReplace: () => void;
}) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const kind = useApp(
    (state) =>
      state.destinations?.find((one) => one.destinationId === destinationId)?.profile.authorization.kind,
  );
  const secret = WAYS[kind ?? 'token-server'].secret;
  const place = secret === 'temporary' ? 'run' : credentials.keptIn === 'keychain' ? 'keychain' : 'memory';
  const hint = secret === 'bearer' ? null : credentials.accessKeyIdHint;
  const forget = async (): Promise<void> => {
    valueOf(ferry, await ferry.bridge.call('credentials.forget', { destinationId }));
  };
  return (
    <>
      <div className="lab">
        <span className="lb">{t(`ways.secrets.${secret}`)}</span>
        <div className="pair kept" data-kept={credentials.keptIn}>
          <span className="field quiet">
            <span className="cut">
              {hint === null ? t(`ways.kept.${place}`) : t(`ways.keptKey.${place}`, { hint })}
            </span>
          </span>
          <Button onPress={onReplace}>{t('ways.replace')}</Button>
          <Button look="quiet" onPress={() => void forget()}>
            {t('ways.forget')}
          </Button>
        </div>
      </div>
      {credentials.keptIn === 'memory' && secret !== 'temporary' && <KeychainLine />}
    </>
  );
}

/** "58:03", "1:02:03": the same in every language. */
function countdown(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = (seconds % 3600) / 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : Math.floor(minutes)}:${two(seconds % 60)}`;
}

/** Counted down: how long what is in use now still lives. */
function Expiry({ credentials: { expiresAt } }: { readonly credentials: CredentialsView }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (expiresAt === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [expiresAt]);
  if (expiresAt === null) return null;
  const left = Math.ceil((expiresAt - now) / 1000);
  return (
    <p className="lab" data-expires={expiresAt}>
      <span className="lb">{t('ways.validity')}</span>
      <span className="lb left">
        {left > 0 ? t('ways.expires', { left: countdown(left) }) : t('ways.expired')}
      </span>
    </p>
  );
}
