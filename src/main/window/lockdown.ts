import { app, type Session, type WebContents } from 'electron';

/** Whether a URL belongs to the page that we serve ourselves. */
export type IsOurs = (url: string) => boolean;

/** Denies every permission, both when a page asks for it and when it looks whether it has it. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

function confine(contents: WebContents, isOurs: IsOurs): void {
  const stay = (event: { preventDefault(): void; url: string }): void => {
    if (!isOurs(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** From now on no web contents of this app leaves our page, opens a window or holds a webview. */
export function confineAllContents(isOurs: IsOurs): void {
  app.on('web-contents-created', (_event, contents) => {
    confine(contents, isOurs);
  });
}
