import { percentDecode } from './percent-encoding';

/** One parameter of a query; `value` is null where the URL had no `=`. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string | null;
}

/**
 * The decoded query of a request, in the order of the URL. OSS takes `?uploads` and `?uploads=` for the
 * same thing, so an empty value counts as none where a signature is computed.
 */
export class Query {
  readonly parameters: readonly QueryParameter[];
  /** True where an escape could not be decoded; such a request is refused. */
  readonly isMalformed: boolean;

  constructor(text: string) {
    let isMalformed = false;
    const decode = (part: string): string => {
      const decoded = percentDecode(part);
      if (decoded === null) isMalformed = true;
      return decoded ?? part;
    };
    this.parameters = text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 0) return { name: decode(pair), value: null };
        return { name: decode(pair.slice(0, at)), value: decode(pair.slice(at + 1)) };
      });
    this.isMalformed = isMalformed;
  }

  has(name: string): boolean {
    return this.parameters.some((parameter) => parameter.name === name);
  }

  /** The first value of that name; null where it is absent, `''` where it stands without a value. */
  get(name: string): string | null {
    const found = this.parameters.find((parameter) => parameter.name === name);
    return found ? (found.value ?? '') : null;
  }
}
