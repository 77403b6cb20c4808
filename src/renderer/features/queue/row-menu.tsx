import { useTranslation } from 'react-i18next';
import { useFerry } from '../../ferry';
import { valueOf } from '../../actions';
import { Menu, type MenuItem } from '../../ui/menu';
import {
  commandRows,
  copyAddress,
  deleteRows,
  keysFor,
  knownOf,
  openDetail,
  togglePause,
} from './grid-commands';
import { keyTarget, type RowKey } from './row-map';
import { deletePlan, pauseOrResume } from './verbs';

interface RowMenuProps {
  readonly rowKey: RowKey;
  readonly at: { readonly x: number; readonly y: number };
  readonly onClose: () => void;
}

/** All that can be done to a row, or to the selection that it is part of. */
export function RowMenu({ rowKey, at, onClose }: RowMenuProps) {
  const { t } = useTranslation();
  const ferry = useFerry();
  const keys = keysFor(ferry, rowKey);
  const known = knownOf(ferry);
  const target = keyTarget(rowKey);
  const verb = pauseOrResume(keys, known);
  const plan = deletePlan(keys, known);
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
  items.push(
    {
      id: 'pause',
      icon: verb === 'pause' ? 'pause' : 'play',
      label: t(`actions.${verb}`),
      keys: t('keys.space'),
      onPress: () => togglePause(ferry, keys),
    },
    {
      id: 'retry',
      icon: 'retry',
      label: t(target.kind === 'batch' ? 'actions.retryFailed' : 'actions.retry'),
      keys: t('keys.retry'),
      onPress: () => commandRows(ferry, 'retry', keys),
    },
    {
      id: 'delete',
      icon: plan.cancel.length > 0 ? 'close' : 'trash',
      label: t(plan.cancel.length > 0 ? 'actions.cancel' : 'actions.remove'),
      keys: t('keys.delete'),
      onPress: () => deleteRows(ferry, keys),
    },
  );
  return <Menu label={t('actions.menu')} at={at} items={items} onClose={onClose} />;
}
