import { useState, type ReactNode } from 'react';
import { Icon } from '../../ui/icon';

interface FoldProps {
  readonly title: string;
  /** What it is for, beside the title. */
  readonly more: string;
  /** Something is set in it: then it is open from the start. */
  readonly filled: boolean;
  readonly children: ReactNode;
}

/** A part of the form that few need. Its fields are there when it is folded, too: one that is wrong opens it. */
export function Fold({ title, more, filled, children }: FoldProps) {
  const [open] = useState(filled);
  return (
    <details className="fold" open={open}>
      <summary>
        <Icon name="chevron-right" />
        <h2>{title}</h2>
        <span className="cut">{more}</span>
      </summary>
      <div className="folded">{children}</div>
    </details>
  );
}
