import { Button } from './parts';
import { Sheet } from './sheet';

interface AskSheetProps {
  readonly title: string;
  /** What follows from it. */
  readonly more: string;
  /** The word for leaving it as it is. */
  readonly keep: string;
  /** The word for doing it. */
  readonly act: string;
  readonly onClose: () => void;
  readonly onAct: () => void;
}

/** Asks once before something is done that cannot be taken back. */
export function AskSheet({ title, more, keep, act, onClose, onAct }: AskSheetProps) {
  return (
    <Sheet narrow label={title} onClose={onClose}>
      <header>
        <div>
          <h2 className="big">{title}</h2>
          <p>{more}</p>
        </div>
      </header>
      <footer>
        <span className="gap" />
        <Button onPress={onClose}>{keep}</Button>
        <Button look="primary" onPress={onAct}>
          {act}
        </Button>
      </footer>
    </Sheet>
  );
}
