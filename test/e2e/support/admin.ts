/** What the sandbox tells of itself on its admin port. */
import { z } from 'zod';
import type { Cloud } from './cloud';

const storedSchema = z.object({ key: z.string(), size: z.number(), crc64: z.string() });
const requestSchema = z.object({
  operation: z.string().nullable(),
  key: z.string().nullish(),
  partNumber: z.number().nullish(),
  uploadId: z.string().nullish(),
  status: z.number().nullable(),
  bytes: z.number().nullish(),
  accessKeyId: z.string().nullish(),
});
export type LoggedRequest = z.infer<typeof requestSchema>;

async function lines<T>(cloud: Cloud, path: string, schema: z.ZodType<T>): Promise<readonly T[]> {
  const text = await (await fetch(`${cloud.sandbox.announced.admin}/${path}`)).text();
  const filled = text.split('\n').filter((line) => line !== '');
  return filled.map((line) => schema.parse(JSON.parse(line)));
}

export const objectsIn = (cloud: Cloud): Promise<readonly z.infer<typeof storedSchema>[]> =>
  lines(cloud, 'objects', storedSchema);
export const uploadsIn = (cloud: Cloud): Promise<readonly unknown[]> => lines(cloud, 'uploads', z.unknown());
export const requestsTo = (cloud: Cloud): Promise<readonly LoggedRequest[]> =>
  lines(cloud, 'requests', requestSchema);

/** The rules that have not acted yet as often as they are to. */
export async function faultsLeft(cloud: Cloud): Promise<unknown> {
  return (await fetch(`${cloud.sandbox.announced.admin}/faults`)).json();
}

/** Replaces the sandbox's fault rules. */
export async function setFaults(
  cloud: Cloud,
  rules: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const url = `${cloud.sandbox.announced.admin}/faults`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(rules) });
  if (!answer.ok) throw new Error(`the sandbox refused the rules: ${await answer.text()}`);
}
