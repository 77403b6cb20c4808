import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { undoAdding } from '../../actions';
import { useApp, useAppContext, useQueue, useView } from '../../app-context';
import { destinationById, whereOf } from '../../store/app-store';
import { Button } from '../../ui/parts';
import type { Undo } from '../../store/view-store';

const SHOWN_MS = 8_000;

function Shown({ undo }: { readonly undo: Undo }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [held, setHeld] = useState(false);
  const name = useQueue(
    (state) => state.queue?.batches.find((batch) => batch.batchId === undo.batchId)?.name ?? '',
  );
  const destination = useApp((state) => destinationById(state, undo.destinationId));
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => ferry.view.setState({ undo: null }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [ferry, held]);
  const where = destination === undefined ? '' : whereOf(destination);
  return (
    <div
      className="undo-bar"
      role="toolbar"
      aria-label={t('undo.title')}
      data-zone="undo"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="cut" role="status">
        {name === '' ? t('undo.adding', { where }) : t('undo.added', { name, where })}
      </span>
      <Button look="small" icon="undo" onPress={() => void undoAdding(ferry)}>
        {t('undo.undo')}
      </Button>
    </div>
  );
}

/** Eight seconds to take back a drop; it stays while it is pointed at or has the focus. */
export function UndoBar() {
  const undo = useView((state) => state.undo);
  return undo === null ? null : <Shown key={undo.batchId} undo={undo} />;
}
