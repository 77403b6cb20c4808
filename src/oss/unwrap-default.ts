interface WithDefault {
  readonly default: unknown;
}

const hasDefault = (value: unknown): value is WithDefault =>
  typeof value === 'object' && value !== null && 'default' in value && value.default !== value;

/**
 * The class behind a default import of an `@alicloud` package, which are CommonJS: bundled, the import is the class;
 * under native ES modules of Node it is an object with the class below `default`, once or twice.
 */
export function unwrapDefault<T>(imported: T): T {
  let found: unknown = imported;
  while (hasDefault(found)) found = found.default;
  return found as T;
}
