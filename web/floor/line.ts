/** One end of a call: the connection, what goes and what comes, and what is done when the line carries less. */

/** Addresses that were not found by then are done without: the call can be tried again. */
const GATHER_MS = 2_500;
/** A connection that is broken for so long does not come back by itself. */
const BROKEN_MS = 6_000;
const WATCH_MS = 2_000;
/** kbit/s. A picture of 320 lines; sound takes some 35. */
const PICTURE_KBIT = 300;
/** With less than this the picture would cost the voice. */
const LEAST_KBIT = 100;
/** As often in a row before the picture is given up. */
const TIMES = 3;

export interface CallLineEvents {
  /** The other end's sound and picture. */
  came(stream: MediaStream): void;
  /** It works now. */
  connected(): void;
  /** It does not work any more, or never did. */
  broken(): void;
  /** The line has no room for this end's picture: only the voice goes on. */
  narrowed(): void;
}

export class CallLine {
  readonly #pc: RTCPeerConnection;
  readonly #stream = new MediaStream();
  #brokenTimer = 0;
  #watch = 0;
  #tight = 0;
  #over = false;

  constructor(
    servers: readonly RTCIceServer[],
    private readonly events: CallLineEvents,
  ) {
    this.#pc = new RTCPeerConnection({ iceServers: [...servers], bundlePolicy: "max-bundle" });
    this.#pc.ontrack = ({ track }) => {
      this.#stream.addTrack(track);
      events.came(this.#stream);
    };
    this.#pc.onconnectionstatechange = () => this.#changed();
  }

  /** The caller's side: an offer with all addresses in it. */
  async offer(sound: MediaStreamTrack, picture: MediaStreamTrack | null, wanted: boolean): Promise<string> {
    this.#pc.addTransceiver(sound, { direction: "sendrecv" });
    if (wanted) this.#pc.addTransceiver(picture ?? "video", { direction: "sendrecv" });
    preferFew(this.#pc);
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    return this.#gathered();
  }

  /** The answer to an offer. */
  async answer(
    offer: string,
    sound: MediaStreamTrack | null,
    picture: MediaStreamTrack | null,
  ): Promise<string> {
    await this.#pc.setRemoteDescription({ type: "offer", sdp: offer });
    for (const transceiver of this.#pc.getTransceivers()) {
      const track = transceiver.receiver.track.kind === "audio" ? sound : picture;
      transceiver.direction = track ? "sendrecv" : "recvonly";
      await transceiver.sender.replaceTrack(track);
    }
    await this.#pc.setLocalDescription(await this.#pc.createAnswer());
    return this.#gathered();
  }

  async accept(answer: string): Promise<void> {
    if (this.#pc.signalingState !== "have-local-offer") return;
    await this.#pc.setRemoteDescription({ type: "answer", sdp: answer });
  }

  /** From now on this picture goes to the other end; null: none. */
  async show(picture: MediaStreamTrack | null): Promise<void> {
    const sender = this.#video?.sender;
    if (!this.#over && sender && sender.track !== picture)
      await sender.replaceTrack(picture).catch(() => undefined);
  }

  close(): void {
    this.#over = true;
    window.clearTimeout(this.#brokenTimer);
    window.clearInterval(this.#watch);
    this.#pc.ontrack = null;
    this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }

  get #video(): RTCRtpTransceiver | undefined {
    return this.#pc.getTransceivers().find((one) => one.receiver.track.kind === "video");
  }

  async #gathered(): Promise<string> {
    const pc = this.#pc;
    if (pc.iceGatheringState !== "complete")
      await new Promise<void>((resolve) => {
        const timer = window.setTimeout(resolve, GATHER_MS);
        pc.addEventListener("icegatheringstatechange", () => {
          if (pc.iceGatheringState !== "complete") return;
          window.clearTimeout(timer);
          resolve();
        });
      });
    return pc.localDescription?.sdp ?? "";
  }

  #changed(): void {
    const state = this.#pc.connectionState;
    window.clearTimeout(this.#brokenTimer);
    if (state === "connected") {
      void this.#bound();
      this.#watch ||= window.setInterval(() => void this.#look(), WATCH_MS);
      this.events.connected();
    } else if (state === "disconnected") {
      this.#brokenTimer = window.setTimeout(() => this.events.broken(), BROKEN_MS);
    } else if (state === "failed" || state === "closed") {
      this.events.broken();
    }
  }

  /** A school's line is shared by a school. */
  async #bound(): Promise<void> {
    const sender = this.#video?.sender;
    if (!sender?.track) return;
    const parameters = sender.getParameters();
    for (const one of parameters.encodings) {
      one.maxBitrate = PICTURE_KBIT * 1000;
      one.scaleResolutionDownBy = Math.max(1, (sender.track.getSettings().height ?? 360) / 360);
    }
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** Whether the line still has room for a picture. */
  async #look(): Promise<void> {
    const sender = this.#video?.sender;
    if (!sender?.track) return;
    let room = Number.POSITIVE_INFINITY;
    for (const report of (await this.#pc.getStats()).values()) {
      if (report.type !== "candidate-pair" || !report.nominated) continue;
      room = Math.min(room, (report.availableOutgoingBitrate ?? Number.POSITIVE_INFINITY) / 1000);
    }
    this.#tight = room < LEAST_KBIT ? this.#tight + 1 : 0;
    if (this.#tight < TIMES || this.#over) return;
    await this.show(null);
    this.events.narrowed();
  }
}

/** Few codecs make a short description, which has to fit one frame. */
function preferFew(pc: RTCPeerConnection): void {
  for (const transceiver of pc.getTransceivers()) {
    const kind = transceiver.receiver.track.kind;
    const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    const few = kind === "audio" ? /opus/i : /\/(VP8|rtx)$/i;
    const chosen = all.filter((one) => few.test(one.mimeType));
    if (chosen.length > 0) transceiver.setCodecPreferences(chosen);
  }
}
