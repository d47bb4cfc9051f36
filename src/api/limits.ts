/** Most subscribers in one `POST /v1/subscribers`. */
export const MAX_BULK = 1_000
/** Largest request body in bytes: MAX_BULK subscribers with the longest names and passwords fit. */
export const MAX_BODY_BYTES = 1_048_576
/** Most items in one page of a list. */
export const MAX_PAGE = 1_000
export const DEFAULT_PAGE = 100
/** Most calls in one page: each day is asked in several objects. */
export const MAX_CALLS_PAGE = 200
export const DEFAULT_CALLS_PAGE = 50
/** How long a link to a call may be good for, and is when nobody says. */
export const MAX_LINK_HOURS = 168
export const DEFAULT_LINK_HOURS = 24
/** Ring times a subscriber may set, in seconds; Timer C ends a call after three minutes anyway. */
export const MIN_RING_SECONDS = 5
export const MAX_RING_SECONDS = 180
/** Largest text of one message, in bytes. */
export const MAX_TEXT_BYTES = 8_000
/** Most further headers of one message. */
export const MAX_MESSAGE_HEADERS = 10
/** How long an answer waits for the result of a message: a busy client of ours should not wait for Timer F. */
export const MESSAGE_PATIENCE_MS = 10_000
/** Most entries of one address group. */
export const MAX_ENTRIES = 500
/** Longest tag of an entry. */
export const MAX_TAG = 64
/** Most destinations of one dispatcher set. */
export const MAX_DESTINATIONS = 100
/** Most rows in one `POST /v1/trunks/import`. */
export const MAX_IMPORT = 500
/** Most prefixes of one list. */
export const MAX_PREFIXES = 500
/** Most speed dials of one subscriber. */
export const MAX_SPEED_DIALS = 100
/** Largest report of a gateway. */
export const MAX_REPORT_BYTES = 100_000
export const MAX_USERNAME = 64
export const MAX_PASSWORD = 128
/** RFC 1035 §2.3.4. */
export const MAX_DOMAIN = 253
export const MAX_ALERT_URL = 500
/** Shortest secret that alerts are signed with. */
export const MIN_ALERT_SECRET = 16
export const MAX_ALERT_SECRET = 256
/** Longest name of a token. */
export const MAX_TOKEN_NAME = 64
/** Most domains that a token is limited to. */
export const MAX_TOKEN_DOMAINS = 100
/** Emergency numbers of one domain. */
export const MAX_EMERGENCY_NUMBERS = 20
