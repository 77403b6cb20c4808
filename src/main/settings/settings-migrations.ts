import { z } from 'zod';

type Fields = Readonly<Record<string, unknown>>;

/** From a file of the version that its place names, counted from 1, to one of the next. Soundness is the schema's matter. */
const STEPS: readonly ((file: Fields) => Fields)[] = [
  // 2 notes which secrets the keychain holds; before there was nothing to note.
  (file) => ({ keptSecrets: [], ...file }),
];

/** The version that this build writes. A change of shape adds a step above, and with it a version. */
export const SETTINGS_VERSION = STEPS.length + 1;

/** Files of version 1 did not say so. */
const versionSchema = z.object({ version: z.int().positive().default(1) });

/**
 * What an earlier version has written, in the shape of today. A file that is none, or of a later version, comes back as
 * it is: the schema finds that, and it is set aside.
 */
export function migrated(file: unknown): unknown {
  const fields = z.record(z.string(), z.unknown()).safeParse(file);
  const written = versionSchema.safeParse(file);
  if (!fields.success || !written.success || written.data.version > SETTINGS_VERSION) return file;
  const steps = STEPS.slice(written.data.version - 1);
  return { ...steps.reduce((known, step) => step(known), fields.data), version: SETTINGS_VERSION };
}
