import { Icon, type IconName } from './icon';

export type Tone = 'rest' | 'move' | 'proof' | 'hold' | 'ask' | 'fail';

/** The one filled glyph of the window: only what is verified gets it. */
function Seal() {
  return (
    <svg className="i seal" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" />
      <path className="tick" d="M5.1 8.2l2 2 3.8-4.4" />
    </svg>
  );
}

function TurningRing() {
  return (
    <svg className="i" viewBox="0 0 16 16" aria-hidden="true">
      <circle className="turning" cx="8" cy="8" r="5.75" strokeDasharray="2.6 2.4" />
      <path d="M5.6 8.2l1.7 1.7 3.1-3.7" />
    </svg>
  );
}

interface StateLabelProps {
  readonly tone: 'rest' | 'move' | 'proof' | 'hold' | 'ask' | 'fail';
  readonly icon: IconName | 'seal';
  /** The ring turns only where something is being verified now. */
  readonly still?: boolean;
  readonly children: React.ReactNode;
}

/** Icon, word and tone of a state. */
export function StateLabel({ tone, icon, still = false, children }: StateLabelProps) {
  return (
    <span className={`state t-${tone}`}>
      {icon === 'seal' ? <Seal /> : icon === 'verify' && !still ? <TurningRing /> : <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}
