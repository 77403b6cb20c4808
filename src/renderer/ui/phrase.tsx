import type { ReactNode } from 'react';

/** Stands in a sentence for what is drawn in its place: `t('drop.title', { where: SLOT })`. */
export const SLOT = '\uFFFC';

/** A sentence with something drawn inside it. Where it stands is up to the language, so it is never appended. */
export function Phrase({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  const [before = '', after = ''] = words.split(SLOT, 2);
  return (
    <>
      {before}
      {children}
      {after}
    </>
  );
}
