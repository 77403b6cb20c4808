import type { ReactElement } from 'react';

/** The drawings, 16 × 16, outlines only: the one filled glyph of the window is the seal in `state-icon.tsx`. */
const DRAWINGS = {
  audio: <path d="M3 6.75v2.5M5.5 4.75v6.5M8 2.75v10.5M10.5 5.25v5.5M13 6.75v2.5" />,
  bell: (
    <path d="M8 2.5a3.6 3.6 0 0 1 3.6 3.6c0 3.3 1.4 4.4 1.4 4.4H3s1.4-1.1 1.4-4.4A3.6 3.6 0 0 1 8 2.5zM6.75 12.75a1.4 1.4 0 0 0 2.5 0" />
  ),
  braces: (
    <path d="M6 2.75c-2 0-1.75 1-1.75 2.5S3.5 8 2.75 8c.75 0 1.5 1.25 1.5 2.75s-.25 2.5 1.75 2.5M10 2.75c2 0 1.75 1 1.75 2.5S12.5 8 13.25 8c-.75 0-1.5 1.25-1.5 2.75s.25 2.5-1.75 2.5" />
  ),
  bucket: (
    <>
      <ellipse cx="8" cy="4.25" rx="5.25" ry="1.75" />
      <path d="M2.75 4.25l1.1 8.2c.1.6 1.9 1.05 4.15 1.05s4.05-.45 4.15-1.05l1.1-8.2" />
    </>
  ),
  changed: (
    <path d="M6.5 13.5h-2a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1H9l3 3v1.25M9 2.5v3h3M8.6 13.4l.35-1.7 3.3-3.3 1.35 1.35-3.3 3.3z" />
  ),
  check: <path d="M3.5 8.5l3 3 6-7" />,
  'chevron-down': <path d="M3.5 6L8 10.5 12.5 6" />,
  'chevron-right': <path d="M6 3.5L10.5 8 6 12.5" />,
  'chevron-up': <path d="M3.5 10L8 5.5 12.5 10" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  conflict: <path d="M8 13.5V9.25L3.75 5M8 9.25L12.25 5M3.75 8V5h3M12.25 8V5h-3" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  device: <path d="M3.5 10V4a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v6zM2 12.75h12" />,
  eye: (
    <>
      <path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4z" />
      <circle cx="8" cy="8" r="1.75" />
    </>
  ),
  'eye-off': <path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13L13 3" />,
  face: (
    <path d="M2.5 5V3.5a1 1 0 0 1 1-1H5M11 2.5h1.5a1 1 0 0 1 1 1V5M13.5 11v1.5a1 1 0 0 1-1 1H11M5 13.5H3.5a1 1 0 0 1-1-1V11M6 6.4v.3M10 6.4v.3M5.9 9.4a2.8 2.8 0 0 0 4.2 0" />
  ),
  fail: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6 6l4 4M10 6l-4 4" />
    </>
  ),
  file: <path d="M9 2.5H4.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V6zM9 2.5V6h3.5" />,
  'file-plus': (
    <path d="M12.5 8V6L9 2.5H4.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M9 2.5V6h3.5M11.75 10v4M9.75 12h4" />
  ),
  film: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1" />
      <path d="M5.25 3v10M10.75 3v10M2.5 6.25h2.75M2.5 9.75h2.75M10.75 6.25h2.75M10.75 9.75h2.75" />
    </>
  ),
  fit: (
    <path d="M6 2.5H3.5a1 1 0 0 0-1 1V6M10 2.5h2.5a1 1 0 0 1 1 1V6M13.5 10v2.5a1 1 0 0 1-1 1H10M6 13.5H3.5a1 1 0 0 1-1-1V10" />
  ),
  folder: <path d="M2 4.5a1 1 0 0 1 1-1h3l1.5 1.75H13a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />,
  'folder-plus': (
    <path d="M14 7.5V6.25a1 1 0 0 0-1-1H7.5L6 3.5H3a1 1 0 0 0-1 1V12a1 1 0 0 0 1 1h5M11.75 9.5v4.5M9.5 11.75H14" />
  ),
  grid: (
    <path d="M2.5 2.5h4.25v4.25H2.5zM9.25 2.5h4.25v4.25H9.25zM2.5 9.25h4.25v4.25H2.5zM9.25 9.25h4.25v4.25H9.25z" />
  ),
  image: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1" />
      <circle cx="5.75" cy="6.1" r="1" />
      <path d="M3 11.4l3.2-2.9 2.3 1.8 2.2-1.9 2.5 2.2" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 7.5v3.25M8 5.25v.1" />
    </>
  ),
  key: (
    <>
      <circle cx="5.25" cy="10.75" r="2.75" />
      <path d="M7.25 8.75L13 3M10.25 5.75L12 7.5M12.2 3.8l1.3 1.3" />
    </>
  ),
  minus: <path d="M3.5 8h9" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2" />,
  network: (
    <path d="M1.75 6.4A9.3 9.3 0 0 1 4.6 4.5M7.4 3.7a9.2 9.2 0 0 1 6.85 2.7M4.1 9a5.9 5.9 0 0 1 2.6-1.5M10.4 7.8A5.9 5.9 0 0 1 11.9 9M6.5 11.5a2.4 2.4 0 0 1 3 0M2.75 2.5l10.5 11" />
  ),
  pause: <path d="M5.5 3.75v8.5M10.5 3.75v8.5" />,
  plus: <path d="M8 3v10M3 8h10" />,
  queue: <path d="M2.5 4h11M2.5 8h11M2.5 12h6.5" />,
  retry: <path d="M13 8a5 5 0 1 1-1.55-3.6M13.2 2.25V5h-2.75" />,
  sandbox: <path d="M8 2.25l5.25 2.9v5.7L8 13.75l-5.25-2.9v-5.7zM2.9 5.2L8 8l5.1-2.8M8 8v5.6" />,
  scan: (
    <path d="M2.5 5V3.5a1 1 0 0 1 1-1H5M11 2.5h1.5a1 1 0 0 1 1 1V5M13.5 11v1.5a1 1 0 0 1-1 1H11M5 13.5H3.5a1 1 0 0 1-1-1V11M4.75 8h6.5" />
  ),
  skip: <path d="M3.5 4.25L9 8l-5.5 3.75zM12.5 4.25v7.5" />,
  sliders: (
    <>
      <path d="M2.5 5h5.75M12 5h1.5M2.5 11H4M7.75 11h5.75" />
      <circle cx="10.1" cy="5" r="1.75" />
      <circle cx="5.9" cy="11" r="1.75" />
    </>
  ),
  trash: (
    <path d="M3 4.5h10M6.25 4.5v-1a1 1 0 0 1 1-1h1.5a1 1 0 0 1 1 1v1M4.25 4.5l.6 8.05a1 1 0 0 0 1 .95h4.3a1 1 0 0 0 1-.95l.6-8.05" />
  ),
  undo: <path d="M5.5 3L2.75 5.75 5.5 8.5M3 5.75h6.25a3.6 3.6 0 1 1 0 7.25H6.5" />,
  up: <path d="M8 13V3.5M4 7.5l4-4 4 4" />,
  verify: (
    <>
      <circle cx="8" cy="8" r="5.75" strokeDasharray="2.6 2.4" />
      <path d="M5.6 8.2l1.7 1.7 3.1-3.7" />
    </>
  ),
  wait: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 5v3.25l2 1.25" />
    </>
  ),
  warn: <path d="M8 2.75l5.75 10.5H2.25zM8 6.5v3M8 11.4v.1" />,
  play: <path d="M5 3.25l7.5 4.75L5 12.75z" />,
} as const satisfies Record<string, ReactElement>;

export type IconName = keyof typeof DRAWINGS;

/** All symbols once, so that a row refers to a drawing instead of repeating it. */
export function IconSprite() {
  return (
    <svg width="0" height="0" className="sprite" aria-hidden="true">
      <defs>
        {Object.entries(DRAWINGS).map(([name, drawing]) => (
          <symbol key={name} id={`icon-${name}`} viewBox="0 0 16 16">
            {drawing}
          </symbol>
        ))}
      </defs>
    </svg>
  );
}

export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg className={`i ${className}`} aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}
