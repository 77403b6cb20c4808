import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cause, QueueVerb } from '../../../shared/queue-view';
import { command, copy } from '../../actions';
import { useApp, useAppContext, useFormat, useQueue, useView } from '../../app-context';
import { destinationById } from '../../store/app-store';
import { Icon } from '../../ui/icon';
import { Button, IconButton, InEnglish } from '../../ui/parts';
import {
  asksForSignIn,
  CAUSE_LOOKS,
  causeAction,
  causeLine,
  causeTitle,
  groupOf,
  inOrder,
  type CauseGroup,
} from './causes';
import { scopesOfCause } from './cause-scope';
import { CONFLICT_VERBS } from '../../conflict-verbs';
import { asksForPermission, permissionRequest } from './permission-request';

const NO_CAUSES: readonly Cause[] = [];
const MOST_ROWS = 4;

function Details({
  cause,
  request,
  onRetry,
  onCheck,
}: {
  readonly cause: Cause;
  /** The statement for the administrator, where the lack of a right is the cause. */
  readonly request: string | null;
  readonly onRetry: () => void;
  /** Checks the destination; null: its set-up is not the cause. */
  readonly onCheck: (() => void) | null;
}) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const format = useFormat();
  const { fault } = cause;
  const ids = [fault.ossCode, fault.ec, fault.requestId].filter((id) => id !== undefined).join(' ');
  const more = cause.files - cause.names.length;
  return (
    <div className="cause">
      <div>
        <h3>{t('needs.whatHappened')}</h3>
        <p>{t(`faults.${fault.code}.what`)}</p>
        <h3>{t('needs.whatNext')}</h3>
        <p>{t(`faults.${fault.code}.next`)}</p>
        {fault.message !== '' && (
          <>
            <h3>{t('needs.message')}</h3>
            <p>
              <InEnglish>{fault.message}</InEnglish>
            </p>
          </>
        )}
        {request !== null && (
          <>
            <h3>{t('needs.request')}</h3>
            <pre className="mono policy">{request}</pre>
          </>
        )}
        {ids !== '' && (
          <dl className="pairs">
            {fault.ossCode !== undefined && (
              <>
                <dt>{t('needs.code')}</dt>
                <dd className="full">
                  <span className="mono">{fault.ossCode}</span>
                  {fault.ec !== undefined && (
                    <>
                      {' '}
                      <span className="dim">EC</span> <span className="mono">{fault.ec}</span>
                    </>
                  )}
                </dd>
              </>
            )}
            <dt>{t('detail.request')}</dt>
            <dd className="mono cut">{fault.requestId}</dd>
            <dd>
              <IconButton icon="copy" label={t('needs.copyIds')} onPress={() => void copy(ferry, ids)} />
            </dd>
          </dl>
        )}
      </div>
      <div>
        <h3>{t('queue.files', { count: cause.files })}</h3>
        <ul className="files">
          {cause.names.map((name) => (
            <li key={name}>
              <span className="cut">{name}</span>
            </li>
          ))}
          {more > 0 && (
            <li>
              <span className="dim">{t('needs.more', { amount: format.count(more) })}</span>
            </li>
          )}
        </ul>
        {request !== null && (
          <Button look="small" onPress={onRetry}>
            {t('needs.retryFiles', { count: cause.files })}
          </Button>
        )}
        {onCheck !== null && (
          <Button look="small" onPress={onCheck}>
            {t('doctor.title')}
          </Button>
        )}
      </div>
    </div>
  );
}

function CauseRow({ cause }: { readonly cause: Cause }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const profile = useApp((state) => destinationById(state, cause.destinationId)?.profile);
  const look = CAUSE_LOOKS[cause.kind];
  const action = causeAction(t, cause, profile);
  const act = async (verb: QueueVerb): Promise<void> => {
    setBusy(true);
    const batches = ferry.queue.api.getState().queue?.batches ?? [];
    await command(ferry, verb, scopesOfCause(cause, batches));
    setBusy(false);
  };
  const retry = (): void => void (busy || action === null || act(action.verb));
  const request = profile !== undefined && asksForPermission(cause) ? permissionRequest(profile) : null;
  const signIn = (): void =>
    ferry.view.setState({
      place: { kind: 'destination', destinationId: cause.destinationId },
      detailId: null,
    });
  const check = (): void =>
    ferry.view.setState({
      place: { kind: 'doctor', destinationId: cause.destinationId },
      detailId: null,
    });
  const isOfSetup = asksForSignIn(cause) || asksForPermission(cause) || cause.kind === 'offline';
  const ask = async (): Promise<void> => {
    if (request === null) return;
    await copy(ferry, request);
    setCopied(true);
  };
  return (
    <>
      <li className={`t-${look.tone}`} data-cause={cause.kind}>
        <Icon name={look.icon} />
        <b>{causeTitle(t, cause, profile?.name ?? '')}</b>
        <span className="cut">{causeLine(t, cause, profile)}</span>
        {profile !== undefined && asksForSignIn(cause) && (
          <Button look="small" onPress={signIn}>
            {t('ways.enter')}
          </Button>
        )}
        {cause.kind === 'conflict' ? (
          CONFLICT_VERBS.map((verb) => (
            <Button key={verb} look="small" onPress={() => void (busy || act(verb))}>
              {t(`actions.${verb}`)}
            </Button>
          ))
        ) : request === null ? (
          action !== null && (
            <Button look="small" onPress={retry}>
              {action.label}
            </Button>
          )
        ) : (
          <Button look="small" onPress={() => void ask()}>
            {t(copied ? 'needs.requestCopied' : 'needs.copyRequest')}
          </Button>
        )}
        <IconButton
          icon={open ? 'chevron-up' : 'chevron-down'}
          label={t('actions.details')}
          expanded={open}
          onPress={() => setOpen(!open)}
        />
      </li>
      {open && (
        <li className="open">
          <Details
            cause={cause}
            request={request}
            onRetry={retry}
            onCheck={profile !== undefined && isOfSetup ? check : null}
          />
        </li>
      )}
    </>
  );
}

/** Above the queue: what stands still, by cause, with one action each. */
export function Needs() {
  const { t } = useTranslation();
  const causes = inOrder(useQueue((state) => state.queue?.causes ?? NO_CAUSES));
  const paneOpen = useView((state) => state.detailId !== null);
  const [all, setAll] = useState(false);
  const [shown, setShown] = useState(false);
  if (causes.length === 0) return null;
  const folded = paneOpen && !shown;
  const rows = all ? causes : causes.slice(0, MOST_ROWS);
  return (
    <section className="needs" aria-labelledby="needs-head" data-zone="needs">
      <header>
        <h2 id="needs-head">{t('needs.title')}</h2>
        <span className="meta grow">{t('needs.causes', { count: causes.length })}</span>
        {paneOpen && (
          <Button look="quiet" onPress={() => setShown(!shown)}>
            {t(shown ? 'needs.hide' : 'needs.show')}
          </Button>
        )}
      </header>
      {!folded && (
        <ul>
          {rows.map((cause) => (
            <CauseRow key={cause.id} cause={cause} />
          ))}
          {causes.length > rows.length && (
            <li className="more">
              <Button look="quiet" onPress={() => setAll(true)}>
                {t('needs.showAll', { count: causes.length })}
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

const GROUPS: readonly CauseGroup[] = ['you', 'administrator', 'time'];

/** The same causes on a page of their own, by who mends them. */
export function NeedsPage() {
  const { t } = useTranslation();
  const causes = useQueue((state) => state.queue?.causes ?? NO_CAUSES);
  if (causes.length === 0)
    return (
      <div className="hollow">
        <div className="say">
          <h2>{t('needs.nothing')}</h2>
          <p>{t('needs.nothingMore')}</p>
        </div>
      </div>
    );
  return (
    <div className="needs-page" data-zone="needs">
      {GROUPS.map((group) => {
        const mine = causes.filter((cause) => groupOf(cause) === group);
        return mine.length === 0 ? null : (
          <section key={group} className="needs" aria-labelledby={`needs-${group}`}>
            <header>
              <h2 id={`needs-${group}`}>{t(`needs.groups.${group}`)}</h2>
              <span className="meta">{t(`needs.groupsMore.${group}`)}</span>
            </header>
            <ul>
              {mine.map((cause) => (
                <CauseRow key={cause.id} cause={cause} />
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
