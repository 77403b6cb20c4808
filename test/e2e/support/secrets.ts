/** Looks for secrets in what the app leaves on the disk, and shows that it would find them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from './app';

/** Files below a folder that hold one of these texts, as UTF-8, UTF-16, base64 or in a URL. */
function filesWith(folder: string, secrets: readonly string[]): readonly string[] {
  const needles = secrets.flatMap((secret) => [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(encodeURIComponent(secret)),
    // Two letters at either end depend on what stands beside them.
    Buffer.from(Buffer.from(secret).toString('base64').slice(2, -4)),
  ]);
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true }) as {
      name: string;
      path: string;
      isFile(): boolean;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map(({ path, name }) => join(path, name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}

const MOST_PLANTED = 6;

/** Nothing that the app leaves behind holds a secret; and the search finds one that does. */
export function expectNoTrace(userData: string, secrets: readonly string[]): void {
  expect(secrets.length).toBeGreaterThan(0);
  expect(secrets.filter((secret) => secret.length < 8)).toEqual([]);
  expect(filesWith(userData, secrets)).toEqual([]);
  for (const secret of secrets.slice(0, MOST_PLANTED)) {
    const planted = join(userData, 'planted');
    for (const text of [`{"key":"${secret}"}`, `https://x/?y=${encodeURIComponent(secret)}&z`]) {
      writeFileSync(planted, text);
      expect(filesWith(userData, [secret])).toEqual([planted]);
    }
    writeFileSync(planted, Buffer.from(`x${secret}`, 'utf16le'));
    expect(filesWith(userData, [secret])).toEqual([planted]);
    writeFileSync(planted, '');
  }
}
