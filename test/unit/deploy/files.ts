import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

const folder = resolve(import.meta.dirname, '../../../deploy');

/** All files below deploy/, as paths relative to it. */
export function deployFiles(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const readDeploy = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** The one document of a YAML file; throws for warnings and doubled keys, too. */
export function readYaml(path: string): unknown {
  const documents = parseAllDocuments(readDeploy(path), { strict: true, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length !== 1) throw new Error(`${path} is not one document`);
  const [document] = documents;
  const [problem] = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
  return document?.toJS();
}

const PLACES: Readonly<Record<string, string>> = {
  AccessKeyId: 'LTAI5tExample',
  AccessKeySecret: 'secret-of-the-example',
  AccountId: '1234567890123456',
  BucketName: 'my-bucket',
  HashOfTheBearerToken: 'a'.repeat(64),
  ProjectName: 'faces',
};

/** A file as the reader of README.md makes it: every `<Name>` filled in. */
export function filledIn(path: string): string {
  return readDeploy(path).replace(/<([A-Za-z]+)>/g, (whole, name: string) => {
    const value = PLACES[name];
    if (value === undefined) throw new Error(`${path} has a place that README.md does not name: ${whole}`);
    return value;
  });
}
