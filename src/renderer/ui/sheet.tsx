import { useLayoutEffect, useRef, type ReactNode } from 'react';

interface SheetProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly narrow?: boolean;
}

/** A modal sheet. The dialog element keeps the focus inside, gives it back, and closes on Escape. */
export function Sheet({ label, children, onClose, narrow = false }: SheetProps) {
  const ref = useRef<HTMLDialogElement>(null);
  // Closed before it is taken out of the page: only then the focus goes back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <>
      <div className="veil" />
      <dialog
        ref={ref}
        className={`sheet ${narrow ? 'narrow' : ''}`}
        aria-label={label}
        onCancel={(event) => {
          event.preventDefault();
          onClose();
        }}
      >
        {children}
      </dialog>
    </>
  );
}
