/** Plays what the other side says. A remote track is only decoded where an element plays it. */
export class RemoteAudio {
  readonly #player = document.createElement('audio')

  constructor() {
    this.#player.autoplay = true
    this.#player.dataset.testid = 'remote-audio'
    document.body.append(this.#player)
  }

  follow(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams }) => {
      this.#player.srcObject = streams[0] ?? new MediaStream([track])
    })
  }
}
