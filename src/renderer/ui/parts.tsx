import type { CSSProperties, ReactNode } from 'react';
import { Icon, type IconName } from './icon';

/** The mark of the product: a ferry that carries an arrow up. */
export function Mark({ strokeWidth = 1.6 }: { readonly strokeWidth?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M10 11V3.5M6.5 6.75L10 3.25l3.5 3.5" />
      <path d="M2.75 11h14.5l-2.1 4.25H4.85z" fill="currentColor" strokeWidth="1.2" />
      <path
        d="M2.5 18c1.25 0 1.25-.75 2.5-.75S6.25 18 7.5 18s1.25-.75 2.5-.75 1.25.75 2.5.75 1.25-.75 2.5-.75S16.25 18 17.5 18"
        strokeWidth="1.2"
      />
    </svg>
  );
}

interface BarProps {
  readonly name: string;
  /** Shares from 0 to 1. */
  readonly sent: number;
  readonly verified: number;
  /** "62%, about 2 minutes left" */
  readonly words: string;
  readonly held?: boolean;
  readonly className?: string;
}

const scaled = (share: number): CSSProperties => ({ '--to': share }) as CSSProperties;

/** Pale is sent, deep is proven; the deep layer is never longer. */
export function Bar({ name, sent, verified, words, held = false, className = '' }: BarProps) {
  return (
    <span
      className={`wake ${held ? 'held' : ''} ${className}`}
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(verified * 100)}
      aria-valuetext={words}
    >
      <i style={scaled(Math.max(sent, verified))} />
      <i style={scaled(verified)} />
    </span>
  );
}

/** A name that is cut before its extension, never after. */
export function FileName({
  folder,
  stem,
  end,
}: {
  readonly folder: string;
  readonly stem: string;
  readonly end: string;
}) {
  return (
    <span className="fn">
      <span className="cut">
        {folder !== '' && <span className="dim">{folder}</span>}
        {stem}
      </span>
      <span>{end}</span>
    </span>
  );
}

const FILM = /\.(mov|mp4|mxf|mkv|avi|m4v|webm|r3d|braw)$/i;
const IMAGE = /\.(jpe?g|png|gif|webp|heic|tiff?|cr[23]|nef|arw|dng|raf|psd|exr)$/i;
const AUDIO = /\.(wav|mp3|aac|flac|m4a|aiff?|ogg)$/i;

export function fileIcon(name: string): IconName {
  if (FILM.test(name)) return 'film';
  if (IMAGE.test(name)) return 'image';
  return AUDIO.test(name) ? 'audio' : 'file';
}

/** "≥" is drawn and read as "at least". */
export function Spoken({ text, atLeast }: { readonly text: string; readonly atLeast: string }) {
  const [before, after] = text.split('≥', 2);
  if (after === undefined) return text;
  return (
    <>
      {before}
      <span aria-hidden="true">≥</span>
      <span className="hidden">{atLeast}</span>
      {after}
    </>
  );
}

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly icon?: IconName;
  readonly look?: 'primary' | 'plain' | 'quiet' | 'small' | 'danger';
  readonly title?: string;
}

const LOOKS = {
  primary: 'primary',
  plain: '',
  quiet: 'quiet',
  small: 'small',
  danger: 'quiet danger',
} as const;

export function Button({ children, onPress, icon, look = 'plain', title }: ButtonProps) {
  return (
    <button type="button" className={`btn ${LOOKS[look]}`} onClick={onPress} title={title}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
  readonly expanded?: boolean;
  readonly className?: string;
}

export function IconButton({ icon, label, onPress, expanded, className = '' }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`icon-btn ${className}`}
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

/** What the engine, the server or the system said: one English sentence in every language, so it is marked as such. */
export function InEnglish({ children }: { readonly children: string }) {
  return (
    <span className="dim" lang="en">
      {children}
    </span>
  );
}

/** A line above the queue: it says something once and stays until it is read. */
export function LineNote({
  children,
  tone,
  icon,
  dismissLabel,
  onDismiss,
}: {
  readonly children: ReactNode;
  readonly tone: 'rest' | 'move' | 'hold' | 'fail';
  readonly icon: IconName;
  readonly dismissLabel: string;
  readonly onDismiss?: () => void;
}) {
  return (
    <div className={`line-note t-${tone}`} role="status">
      <Icon name={icon} />
      <span className="grow">{children}</span>
      {onDismiss !== undefined && <IconButton icon="close" label={dismissLabel} onPress={onDismiss} />}
    </div>
  );
}
