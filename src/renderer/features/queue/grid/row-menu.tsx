import { useTranslation } from 'react-i18next';
import { useAppContext } from '../../../app-context';
import { CONFLICT_VERBS } from '../../../conflict-verbs';
import { valueOf } from '../../../actions';
import { Menu, type MenuItem } from '../../../ui/menu';
import {
  askRows,
  commandRows,
  copyAddress,
  decideRows,
  deleteRows,
  keysFor,
  knownOf,
  openDetail,
  togglePause,
} from './grid-commands';
import { keyTarget, type RowKey } from './row-map';
import { conflictIn, deletePlan, facesIn, pauseOrResume, possibleVerbs, callbackFaultsIn } from '../verbs';

const CONFLICT_ICONS = { skip: 'skip', 'keep-both': 'copy', overwrite: 'up' } as const;

interface RowMenuProps {
  readonly rowKey: RowKey;
  readonly at: { readonly x: number; readonly y: number };
  readonly onClose: () => void;
}

/** All that can be done to a row, or to the selection that it is part of. */
export function RowMenu({ rowKey, at, onClose }: RowMenuProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const keys = keysFor(ferry, rowKey);
  const known = knownOf(ferry);
  const target = keyTarget(rowKey);
  const verb = pauseOrResume(keys, known);
  const plan = deletePlan(keys, known);
  const possible = possibleVerbs(keys, known);
  const items: MenuItem[] = [];
  if (target.kind === 'item' && keys.length === 1) {
    const { itemId } = target;
    items.push(
      {
        id: 'details',
        icon: 'info',
        label: t('actions.details'),
        keys: t('keys.enter'),
        onPress: () => openDetail(ferry, rowKey),
      },
      {
        id: 'reveal',
        icon: 'folder',
        label: t('actions.reveal'),
        onPress: () =>
          void ferry.bridge.call('source.reveal', { itemId }).then((reply) => valueOf(ferry, reply)),
      },
      {
        id: 'copy',
        icon: 'copy',
        label: t('actions.copyAddress'),
        keys: t('keys.copy'),
        onPress: () => void copyAddress(ferry, rowKey),
      },
    );
  }
  if (possible.pause)
    items.push({
      id: 'pause',
      icon: verb === 'pause' ? 'pause' : 'play',
      label: t(`actions.${verb}`),
      keys: t('keys.space'),
      onPress: () => togglePause(ferry, keys),
    });
  if (possible.retry)
    items.push({
      id: 'retry',
      icon: 'retry',
      label: t(target.kind === 'batch' ? 'actions.retryFailed' : 'actions.retry'),
      keys: t('keys.retry'),
      onPress: () => commandRows(ferry, 'retry', keys),
    });
  if (conflictIn(keys, known))
    for (const choice of CONFLICT_VERBS)
      items.push({
        id: choice,
        icon: CONFLICT_ICONS[choice],
        label: t(`actions.${choice}`),
        onPress: () => commandRows(ferry, choice, keys),
      });
  const toReplay = callbackFaultsIn(keys, known);
  if (toReplay.length > 0)
    items.push({
      id: 'notify',
      icon: 'retry',
      label: t('actions.notify'),
      onPress: () => commandRows(ferry, 'notify', toReplay),
    });
  const faces = facesIn(keys, known);
  if (faces.asking.length > 0)
    items.push({
      id: 'as-usual',
      icon: 'up',
      label: t('faces.rule.asUsual'),
      onPress: () => decideRows(ferry, faces.asking, 'as-usual'),
    });
  if (faces.asking.length > 0)
    items.push({
      id: 'by-rule',
      icon: 'face',
      label: t('faces.rule.byRule'),
      onPress: () => decideRows(ferry, faces.asking, 'by-rule'),
    });
  if (faces.pictures)
    items.push(
      {
        id: 'look',
        icon: 'face',
        label: t('faces.actions.look'),
        onPress: () => askRows(ferry, 'imm', keys),
      },
      {
        id: 'look-here',
        icon: 'device',
        label: t('faces.actions.local'),
        onPress: () => askRows(ferry, 'local', keys),
      },
    );
  items.push({
    id: 'delete',
    icon: plan.cancel.length > 0 ? 'close' : 'trash',
    label: t(plan.cancel.length > 0 ? 'actions.cancel' : 'actions.remove'),
    keys: t('keys.delete'),
    onPress: () => deleteRows(ferry, keys),
  });
  return <Menu label={t('actions.menu')} at={at} items={items} onClose={onClose} />;
}
