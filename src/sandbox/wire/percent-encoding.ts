/** Percent-encoding as RFC 3986 wants it: every byte but the unreserved ones is escaped. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** As percentEncode, with the slashes of a path left alone. */
export function percentEncodePath(path: string): string {
  return percentEncode(path).replaceAll('%2F', '/');
}

/** The text behind percent-encoded UTF-8, or null where the escapes or the bytes are malformed. */
export function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
