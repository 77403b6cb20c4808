/** The engine's numbers, each named once. Sizes in bytes, times in milliseconds. */

const MIB = 1024 * 1024;

/** Up to here a file goes by one PutObject; above it by parts. */
export const PUT_LIMIT = 16 * MIB;
/** OSS: at most 10,000 parts of 100 KB to 5 GB. We stay well inside. */
export const MOST_PARTS = 9_500;
export const SMALLEST_PART = MIB;
export const LARGEST_PART = 512 * MIB;
/** OSS: an object of parts has at most 48.8 TB; 9,500 × 512 MiB is what our own numbers allow. */
export const LARGEST_OBJECT = MOST_PARTS * LARGEST_PART;

/** OSS: PostObject carries at most 5 GB. */
export const LARGEST_FORM = 5 * 1024 * MIB;

/** Items held in memory at once. */
export const WINDOW = 1024;
/** What a crash would send again at most. */
export const IN_FLIGHT_BYTES = 256 * MIB;
export const MOST_CONNECTIONS = 32;
export const FIRST_CONNECTIONS = 8;

export const BACKOFF_FLOOR = 500;
export const BACKOFF_CEILING = 60_000;
/** How often the server may say no to one item, or one of its parts. */
export const MOST_REFUSALS = 8;
/** A part whose CRC-64 differs is sent again this often before the item fails. */
export const MOST_CRC_MISMATCHES = 3;
/** Requests in a row without any answer, after which the destination counts as offline and is probed. */
export const OFFLINE_AFTER = 3;
export const PROBE_CEILING = 15_000;
/** New tokens refused in a row, after which renewing slows down. */
export const MOST_TOKEN_REFUSALS = 3;
/** The documents' rule: credentials are expired when this little of server time remains. */
export const EXPIRY_MARGIN = 60_000;
/** The Date header counts seconds: below this the clocks agree. */
export const CLOCK_TOLERANCE = 2_000;
/** OSS refuses a request whose clock is further off (RequestTimeTooSkewed). */
export const SKEW_ALLOWED = 15 * 60_000;
/** Puts from here on are noted as begun; smaller ones are not worth a row. */
export const NOTE_PUT_FROM = MIB;
/** Goodput is compared from one of these spans to the next. */
export const GOODPUT_SPAN = 1_000;
