import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another sandbox works on the folder; two journals on one file would destroy both. */
class FolderInUseError extends Error {
  constructor(folder: string) {
    super(`another sandbox is running on the folder ${folder}`);
    this.name = 'FolderInUseError';
  }
}

/** Keeps a folder to one sandbox. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the folder, or rejects with FolderInUseError. The lock is a listening socket, not a file with a
 * process id: it ends with its process however that dies, and no other process can inherit its number.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = socketPath(folder);
  const server = (await listen(path)) ?? (await takeOver(path));
  if (!server) throw new FolderInUseError(folder);
  return { release: () => new Promise((resolve) => void server.close(() => resolve())) };
}

function socketPath(folder: string): string {
  const name = `oss-sandbox-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16)}`;
  // Beside the data a path could exceed the 107 bytes that a socket's name may have.
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** A socket file that nobody answers was left by a killed process. */
async function takeOver(path: string): Promise<Server | null> {
  if (await answers(path)) return null;
  rmSync(path, { force: true });
  return listen(path);
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
