import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { FacesDetail, FacesResult, FacesSource, Picture } from '../../../shared/faces';
import type { ItemState } from '../../../shared/queue-view';
import { copy, valueOf } from '../../actions';
import { useAppContext, useFormat } from '../../app-context';
import { Icon } from '../../ui/icon';
import { Menu, type MenuItem } from '../../ui/menu';
import { IconButton } from '../../ui/parts';
import { StateLabel } from '../../ui/state-label';
import { AskVerbs, Failure } from './ask-verbs';
import { hasEstimates } from './attributes';
import { FaceDetails } from './face-details';
import { FaceList, type FaceListProps } from './face-list';
import { Rule } from './rule';
import { Waiting } from './waiting';

/** Of the upload only what matters here: whether its bytes are proven, and whether they are there at all. */
function UploadState({ state }: { readonly state: ItemState }) {
  const { t } = useTranslation();
  if (state.kind === 'done')
    return (
      <StateLabel tone="proof" icon="seal">
        {t('states.done')}
      </StateLabel>
    );
  if (state.kind === 'skipped')
    return (
      <StateLabel tone="rest" icon="skip">
        {t('states.skipped')}
      </StateLabel>
    );
  return (
    <StateLabel tone="rest" icon="wait">
      {t('faces.notUploaded')}
    </StateLabel>
  );
}

function MoreMenu({ detail, at, onClose }: MoreMenuProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const { itemId } = detail;
  const items: MenuItem[] = [
    {
      id: 'queue',
      icon: 'queue',
      label: t('faces.actions.inQueue'),
      onPress: () => ferry.view.setState({ place: { kind: 'queue' }, detailId: itemId }),
    },
    {
      id: 'reveal',
      icon: 'folder',
      label: t('actions.reveal'),
      onPress: () =>
        void ferry.bridge.call('source.reveal', { itemId }).then((reply) => valueOf(ferry, reply)),
    },
  ];
  return <Menu label={t('faces.actions.more')} at={at} items={items} onClose={onClose} />;
}

interface MoreMenuProps {
  readonly detail: FacesDetail;
  readonly at: { readonly x: number; readonly y: number };
  readonly onClose: () => void;
}

interface HeadProps {
  readonly detail: FacesDetail;
  readonly result: FacesResult | null;
  readonly picture: Picture | undefined;
}

function Head({ detail, result, picture }: HeadProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const format = useFormat();
  const [menuAt, setMenuAt] = useState<MoreMenuProps['at'] | null>(null);
  const shortName = detail.name.slice(detail.name.lastIndexOf('/') + 1);
  const size = picture?.kind === 'picture' ? picture : result?.image;
  return (
    <header>
      <div className="title">
        <Icon name="image" />
        <span className="cut grow" title={detail.name}>
          {shortName}
        </span>
        {result?.state.kind === 'found' && (
          <IconButton
            icon="braces"
            label={t('faces.actions.copyJson')}
            onPress={() => void copy(ferry, result.raw)}
          />
        )}
        <button
          type="button"
          className="icon-btn"
          aria-label={t('faces.actions.more')}
          title={t('faces.actions.more')}
          aria-haspopup="menu"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setMenuAt({ x: box.left, y: box.bottom });
          }}
        >
          <Icon name="more" />
        </button>
      </div>
      <div className="facts">
        <UploadState state={detail.state} />
        {size !== undefined && size !== null && (
          <span>{t('faces.size', { width: String(size.width), height: String(size.height) })}</span>
        )}
        <span>{format.bytes(detail.sizeBytes)}</span>
      </div>
      {menuAt !== null && <MoreMenu detail={detail} at={menuAt} onClose={() => setMenuAt(null)} />}
    </header>
  );
}

/** Who has looked, and how long it took. */
function byWords(t: TFunction, format: ReturnType<typeof useFormat>, result: FacesResult): string {
  if (result.source === 'local') return t('faces.by.local');
  const { project, state } = result;
  if (project === null) return t('faces.by.imm');
  if (state.kind !== 'found' || state.milliseconds === null) return t('faces.by.immProject', { project });
  return t('faces.by.immTook', { project, ms: format.count(Math.round(state.milliseconds)) });
}

function Sources({
  shown,
  onWish,
}: {
  readonly shown: FacesSource;
  readonly onWish: (source: FacesSource) => void;
}) {
  const { t } = useTranslation();
  return (
    <section className="sources">
      <span className="seg" role="radiogroup" aria-label={t('faces.sources.title')}>
        {(['imm', 'local'] as const).map((source) => (
          <label key={source}>
            <input
              type="radio"
              name="faces-source"
              value={source}
              checked={shown === source}
              onChange={() => onWish(source)}
            />
            {t(`faces.sources.${source}`)}
          </label>
        ))}
      </span>
    </section>
  );
}

/** What a result says of a picture: the faces, and all of the one that is chosen. */
export function ResultSections({ result, ...list }: FaceListProps & { readonly result: FacesResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { faces, order, chosen } = list;
  const face = faces[order[chosen] ?? -1];
  return (
    <>
      <section className="faces-found">
        <h2>
          {faces.length === 0 ? t('faces.noFace') : t('faces.count', { count: faces.length })}
          <small>{byWords(t, format, result)}</small>
        </h2>
        {faces.length > 0 && <FaceList {...list} />}
      </section>
      {face !== undefined && (
        <FaceDetails face={face} position={chosen} source={result.source} named={faces.length > 1} />
      )}
    </>
  );
}

export interface FacesPaneProps extends FaceListProps {
  readonly detail: FacesDetail;
  readonly result: FacesResult | null;
  readonly picture: Picture | undefined;
  readonly onSource: (source: FacesSource) => void;
}

/** Beside the picture: the faces in it, what is said of them, and what can be done. */
export function FacesPane({ detail, result, picture, onSource, ...list }: FacesPaneProps) {
  const { t } = useTranslation();
  const { imm, local } = detail;
  return (
    <aside className="pane faces-pane" aria-label={t('faces.title')} data-zone="pane">
      <Head detail={detail} result={result} picture={picture} />
      {imm !== null && local !== null && result !== null && (
        <Sources shown={result.source} onWish={onSource} />
      )}
      {detail.decision?.asks === true && <Rule detail={detail} />}
      {result === null && <section className="note-line">{t('faces.never')}</section>}
      {result?.state.kind === 'waiting' && (
        <section>
          <Waiting detail={detail} result={result} />
        </section>
      )}
      {result?.state.kind === 'found' && <ResultSections result={result} {...list} />}
      {result !== null && <Failure detail={detail} result={result} />}
      {detail.decision?.asks !== true && <Rule detail={detail} />}
      <section className="foot">
        {result !== null && hasEstimates(result.faces) && (
          <p className="note-line">{t(`faces.estimates.${result.source}`)}</p>
        )}
        <AskVerbs detail={detail} result={result} />
      </section>
    </aside>
  );
}
