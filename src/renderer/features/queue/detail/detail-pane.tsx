import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isImageName } from '../../../../shared/faces';
import type { ItemDetail } from '../../../../shared/queue-view';
import type { ItemId } from '../../../../shared/ids';
import { acceptsCallbackReplays } from '../../../../shared/profile';
import { copy, valueOf } from '../../../actions';
import { CONFLICT_VERBS } from '../../../conflict-verbs';
import { useApp, useAppContext, useFormat, useQueue } from '../../../app-context';
import { destinationById } from '../../../store/app-store';
import { shareOf } from '../../../i18n/format';
import { useSecond } from '../../../ui/hooks';
import { Icon } from '../../../ui/icon';
import { Bar, Button, fileIcon, IconButton, InEnglish } from '../../../ui/parts';
import { StateLabel } from '../../../ui/state-label';
import { commandRows } from '../grid/grid-commands';
import { PartsSection } from './detail-parts';
import { ProofSection } from './detail-proof';
import { groupParts } from './part-map';
import { itemKey } from '../grid/row-map';
import { requestFocus } from '../grid/use-grid';
import { itemStateName, itemWord, LOOKS, timeLeftWords } from '../states';

/** Details are asked for again as deltas come, one answer at a time and at most this often. */
const ASK_EVERY_MS = 500;

function useDetail(itemId: ItemId): ItemDetail | null | undefined {
  const { bridge, view } = useAppContext();
  const version = useQueue((state) => state.rowsVersion);
  const [detail, setDetail] = useState<ItemDetail | null | undefined>(undefined);
  const asking = useRef(false);
  const askedAt = useRef(0);
  useEffect(() => {
    if (asking.current) return undefined;
    const timer = setTimeout(
      () => {
        asking.current = true;
        askedAt.current = Date.now();
        void bridge.call('queue.detail', { itemId }).then((reply) => {
          asking.current = false;
          if (view.getState().detailId === itemId && reply.ok) setDetail(reply.value);
        });
      },
      Math.max(0, askedAt.current + ASK_EVERY_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [bridge, view, itemId, version]);
  return detail;
}

function Sentence({ detail }: { readonly detail: ItemDetail }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const { state, itemId } = detail.row;
  if (!('fault' in state)) return null;
  const { code, message } = state.fault;
  const keys = [itemKey(itemId)];
  return (
    <div className="sentence">
      <p>{t(`faults.${code}.what`)}</p>
      <p>{t(`faults.${code}.next`)}</p>
      {message !== '' && (
        <p>
          <InEnglish>{message}</InEnglish>
        </p>
      )}
      <div className="answers">
        {state.kind === 'conflict' &&
          CONFLICT_VERBS.map((verb) => (
            <Button key={verb} look="small" onPress={() => commandRows(ferry, verb, keys)}>
              {t(`actions.${verb}`)}
            </Button>
          ))}
        {(state.kind !== 'conflict' || code === 'cannot-tell') && (
          <Button look="small" icon="retry" onPress={() => commandRows(ferry, 'retry', keys)}>
            {t(state.kind === 'source-changed' ? 'actions.uploadAgain' : 'actions.retry')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Done, and its server does not know of it. */
function CallbackFaultSection({ detail }: { readonly detail: ItemDetail }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const profile = useApp((state) => destinationById(state, detail.destinationId)?.profile);
  const { state, itemId } = detail.row;
  if (state.kind !== 'done' || state.callbackFault === undefined) return null;
  const offered = acceptsCallbackReplays(profile);
  return (
    <div className="sentence">
      <p>{t('faults.callback-failed.what')}</p>
      <p>{t(offered ? 'faults.callback-failed.next' : 'needs.noNotice')}</p>
      {state.callbackFault.message !== '' && (
        <p>
          <InEnglish>{state.callbackFault.message}</InEnglish>
        </p>
      )}
      {offered && (
        <div className="answers">
          <Button look="small" icon="retry" onPress={() => commandRows(ferry, 'notify', [itemKey(itemId)])}>
            {t('actions.notify')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What costs money until somebody aborts it. */
function Orphan() {
  const { t } = useTranslation();
  return (
    <div className="sentence">
      <p>{t('detail.orphan')}</p>
      <p>{t('detail.orphanNext')}</p>
    </div>
  );
}

function Head({ detail, onClose }: { readonly detail: ItemDetail; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ferry = useAppContext();
  const now = useSecond();
  const { row } = detail;
  const name = itemStateName(row.state);
  const ended = ['done', 'skipped', 'canceled'].includes(name);
  const verified = Math.min(0.99, shareOf(row.verifiedBytes, row.sizeBytes));
  const percent = format.percent(verified);
  const left = row.bytesPerSecond > 0 ? (row.sizeBytes - row.sentBytes) / row.bytesPerSecond : null;
  const timeLeft = timeLeftWords(t, format, name === 'uploading' ? left : null);
  const shortName = row.name.slice(row.name.lastIndexOf('/') + 1);
  const reveal = async (): Promise<void> => {
    valueOf(ferry, await ferry.bridge.call('source.reveal', { itemId: row.itemId }));
  };
  return (
    <header>
      <div className="title">
        <Icon name={fileIcon(row.name)} />
        <span className="cut grow" title={row.name}>
          {shortName}
        </span>
        <IconButton icon="folder" label={t('actions.reveal')} onPress={() => void reveal()} />
        <IconButton icon="close" label={t('detail.close')} onPress={onClose} />
      </div>
      <div className="facts">
        <StateLabel {...LOOKS[name]}>{itemWord(t, format, row.state, now)}</StateLabel>
        {ended ? (
          <span>{format.bytes(row.sizeBytes)}</span>
        ) : (
          <>
            <span>{percent}</span>
            <span>
              {t('detail.of', {
                part: format.partOf(row.verifiedBytes, row.sizeBytes),
                all: format.bytes(row.sizeBytes),
              })}
            </span>
            <span className="dim cut">{timeLeft}</span>
          </>
        )}
      </div>
      {!ended && (
        <Bar
          name={t('progress.of', { name: shortName })}
          sent={shareOf(row.sentBytes, row.sizeBytes)}
          verified={verified}
          words={timeLeft === '' ? percent : t('progress.words', { percent, timeLeft })}
          held={name === 'paused'}
        />
      )}
    </header>
  );
}

/** One file: its state, its parts, the proof, and where it lies. */
export function DetailPane({
  itemId,
  facesOf,
}: {
  readonly itemId: ItemId;
  /** What is known of the faces in a picture; it is put in by the window, as features do not know one another. */
  readonly facesOf: (itemId: ItemId) => ReactNode;
}) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const detail = useDetail(itemId);
  const groups = useMemo(() => groupParts(detail?.parts ?? ''), [detail?.parts]);
  const close = (): void => {
    ferry.view.setState({ detailId: null });
    requestFocus(ferry);
  };
  return (
    <aside className="pane" aria-label={t('detail.title')} data-zone="pane">
      {detail === null && (
        <header>
          <div className="title">
            <span className="grow">{t('detail.gone')}</span>
            <IconButton icon="close" label={t('detail.close')} onPress={close} />
          </div>
        </header>
      )}
      {detail !== undefined && detail !== null && (
        <>
          <Head detail={detail} onClose={close} />
          <Sentence detail={detail} />
          <CallbackFaultSection detail={detail} />
          {detail.possibleOrphan && <Orphan />}
          {isImageName(detail.row.name) && facesOf(itemId)}
          {detail.parts !== '' && <PartsSection detail={detail} groups={groups} />}
          <ProofSection detail={detail} groups={groups} />
          <section>
            <h2>
              {t('detail.address')}
              {detail.row.state.kind !== 'done' && <small>{t('detail.addressLater')}</small>}
            </h2>
            <div className="link-line">
              <span className="field">
                <span className="mono cut" title={detail.address}>
                  {detail.address}
                </span>
              </span>
              <IconButton
                icon="copy"
                label={t('actions.copyAddress')}
                onPress={() => void copy(ferry, detail.address)}
              />
            </div>
          </section>
        </>
      )}
    </aside>
  );
}
