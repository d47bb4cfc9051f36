/** Largest SIP message we read, in bytes. More is answered 513 (RFC 3261 §21.5.7). */
export const MAX_MESSAGE_BYTES = 65_536
/** Most header lines in one message. */
export const MAX_HEADERS = 256
/** Longest start line, in characters. */
export const MAX_START_LINE = 8_192
/** Largest CSeq number: RFC 3261 §8.1.1.5. */
export const MAX_C_SEQ = 2 ** 31 - 1
/** Largest Max-Forwards: RFC 3261 §20.22. */
export const MAX_MAX_FORWARDS = 255
/** Largest delta-seconds that is a number at all: RFC 3261 §20.19. */
export const MAX_DELTA_SECONDS = 2 ** 32 - 1
