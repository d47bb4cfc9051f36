/** What rtpengine has counted of a call at one gateway. */
export interface MeasuredMedia {
  readonly link?: EndMedia
  readonly network?: EndMedia
}

interface EndMedia {
  readonly packets: number
  readonly heard?: { readonly mos: number; readonly jitterMs: number; readonly lossPercent: number }
}

/** `902 packets · hears MOS 4.3, 0 % lost, 2 ms jitter`; without reports what came, which is nothing where somebody could not be heard. */
export function measuredText(end: EndMedia | undefined): string | undefined {
  if (!end) return undefined
  const { packets, heard } = end
  const hears = heard ? ` · hears MOS ${heard.mos}, ${heard.lossPercent} % lost, ${heard.jitterMs} ms jitter` : ''
  return `${packets} packets${hears}`
}
