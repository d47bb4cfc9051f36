/** The phone has closed its socket while its request was worked on: what was to be sent is nobody's any more, and no failure. */
export class SocketGone extends Error {}
