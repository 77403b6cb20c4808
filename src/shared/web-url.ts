/** Addresses as a profile names them, judged as text: a profile may come from anywhere, and what sends must read the same. */
import { z } from 'zod';

/**
 * No name and password before the host: they would be shared with the profile. No blank, backslash or control character,
 * which one reader of URLs skips and another does not.
 */
const ADDRESS = /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s\p{Cc}\\/?#@:[\]]+)(:\d+)?([/?#][^\s\p{Cc}\\]*)?$/u;

export const webUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with https:// or http://' })
  .regex(ADDRESS, 'must begin with https:// or http:// and have no name, password, blank or backslash in it');

/** An address of which only the host counts: nothing that is written after it is dropped in silence. */
export const hostUrlSchema = webUrlSchema.regex(/^[^/]*\/\/[^/?#]+\/?$/, 'must have no path after the host');

/** The host of such a URL, as it is written; an IPv6 address in brackets. */
export const hostOf = (url: string): string => ADDRESS.exec(url)?.[1] ?? '';

/** A name or address of this machine, as a URL writes its host (RFC 6761 for names under `.localhost`). */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
