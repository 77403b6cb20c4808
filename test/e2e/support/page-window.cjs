// A browser window and nothing else: the runtime of the tests is a real Chromium, so pages are tried in it.
const { app, BrowserWindow } = require('electron');

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 900, height: 800 });
  return window.loadURL(process.env.PAGE_URL);
});
