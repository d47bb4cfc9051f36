import { microphoneText } from './texts'

/** The message is a sentence for the person at the phone. */
export class MicrophoneError extends Error {}

/**
 * Opened before JsSIP is asked to call or answer: a refused microphone then costs no INVITE, and an incoming call
 * keeps ringing while the person allows it.
 */
export async function openMicrophone(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new MicrophoneError(microphoneText('InsecureContext'))
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: false })
  } catch (error) {
    throw new MicrophoneError(microphoneText(error instanceof Error ? error.name : String(error)), { cause: error })
  }
}

export function closeMicrophone(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}
