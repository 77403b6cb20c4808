import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { protocol, type Session } from 'electron';

const SCHEME = 'app';
const HOST = 'ferry';
/** Where the window's page lives; nothing else is ever loaded. */
export const APP_ORIGIN = `${SCHEME}://${HOST}`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/** To be called before the app is ready: makes `app:` a standard, secure scheme. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

/**
 * The file below `folder` that a URL of our origin names; null for any other origin, for what is not a plain file
 * name, and for every way out of the folder.
 */
export function assetPath(folder: string, url: string): string | null {
  let pathname: string;
  try {
    const parsed = new URL(url);
    // Node knows nothing of our scheme, so it gives it the origin "null".
    if (parsed.protocol !== `${SCHEME}:` || parsed.host !== HOST) return null;
    pathname = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  // A backslash is a separator on Windows alone, a colon names a drive or a stream there, NUL ends a name early.
  if (/[\\:\0]/.test(pathname)) return null;
  const path = join(folder, pathname === '/' ? 'index.html' : pathname);
  const inside = relative(folder, path);
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) ? null : path;
}

/** The policy of the built window. `nonce` lets in the few style elements that the drag and focus code makes. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    // All network is in other processes: a script that got in could send nothing out.
    "connect-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The page with the nonce of this load where its index.html says `%NONCE%`: there React's libraries look for it. */
export function withNonce(html: string, nonce: string): string {
  return html.replaceAll('%NONCE%', nonce);
}

async function serveAsset(folder: string, request: Request): Promise<Response> {
  const refuse = (status: number): Response => new Response(null, { status });
  if (request.method !== 'GET') return refuse(405);
  const path = assetPath(folder, request.url);
  const type = path === null ? undefined : TYPES[extname(path)];
  if (path === null || type === undefined) return refuse(404);
  const nonce = randomBytes(16).toString('base64');
  const headers = {
    'Content-Type': type,
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
  try {
    const bytes = await readFile(path);
    return new Response(type.startsWith('text/html') ? withNonce(bytes.toString('utf8'), nonce) : bytes, {
      headers,
    });
  } catch {
    return refuse(404);
  }
}

/** Answers what it is responsible for; null: not its address. */
export type ServePicture = (request: Request) => Promise<Response> | null;

/** Serves `folder` (the built renderer) and pictures as `app://ferry/`. */
export function serveApp(session: Session, folder: string, servePicture: ServePicture): void {
  session.protocol.handle(SCHEME, (request) => servePicture(request) ?? serveAsset(folder, request));
}
