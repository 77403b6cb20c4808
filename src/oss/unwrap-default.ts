interface WithDefault {
  readonly default: unknown;
}

/**
 * The class behind a default import of an `@alicloud` package. They are CommonJS: bundled, the import is the class;
 * run by native Node ES modules it is the module object with the class under `default`, once or twice.
 */
export function unwrapDefault<T>(imported: T): T {
  let found: unknown = imported;
  while (hasDefault(found)) found = found.default;
  // The compiler's view (the class itself) is right from here on.
  return found as T;
}

function hasDefault(value: unknown): value is WithDefault {
  return typeof value === 'object' && value !== null && 'default' in value && value.default !== value;
}
