/** The class's end of a call: answers with its microphone and its camera, with its voice alone, or says that it cannot. */
import type { Call } from "./here";
import { CallLine } from "./line";
import { type Parcel, pack, unpack } from "./parcel";

export interface CalleeEvents {
  show(payload: Uint8Array<ArrayBuffer>): void;
  changed(call: Call): void;
  /** The studio's voice and picture. */
  came(stream: MediaStream): void;
  /** The teacher has seen the hand: it may come down. */
  lowered(): void;
  /** A ticket to write on the board, for now. */
  lent(pen: string): void;
}

export class Callee {
  /** The call that is under way; one that ended is not taken up again. */
  #call = 0;
  #line: CallLine | null = null;
  #own: MediaStream | null = null;
  #answer: Uint8Array<ArrayBuffer> | null = null;
  #state: Call = "none";

  constructor(private readonly events: CalleeEvents) {}

  get state(): Call {
    return this.#state;
  }

  /** What this class shows and says; null: nothing. */
  get own(): MediaStream | null {
    return this.#own;
  }

  async hear(payload: Uint8Array<ArrayBuffer>): Promise<void> {
    const parcel = await unpack(payload);
    if (!parcel) return;
    if ("hand" in parcel) this.events.lowered();
    if (parcel.call < this.#call) return;
    if ("offer" in parcel) {
      if (parcel.call > this.#call) await this.#take(parcel);
      else if (this.#answer) this.events.show(this.#answer);
    } else if (parcel.call !== this.#call) return;
    else if ("over" in parcel) this.end();
    else if ("pen" in parcel) this.events.lent(parcel.pen);
  }

  /** The class gives the floor back. */
  giveBack(): void {
    const call = this.#call;
    this.end();
    void pack({ call, over: true }).then((payload) => this.events.show(payload));
  }

  /** The floor was taken or given back. */
  end(): void {
    this.#close();
    for (const track of this.#own?.getTracks() ?? []) track.stop();
    this.#own = null;
    this.#become("none");
  }

  /** Be heard, or not for a while. */
  mute(muted: boolean): void {
    for (const track of this.#own?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  async #take(offer: Extract<Parcel, { offer: string }>): Promise<void> {
    this.#close();
    const call = offer.call;
    this.#call = call;
    this.#become("calling");
    const own = this.#own ?? (await openOwn(offer.picture));
    if (call !== this.#call) {
      if (own !== this.#own) for (const track of own?.getTracks() ?? []) track.stop();
      return;
    }
    if (!own) {
      await this.#sorry(call, "refused");
      return;
    }
    this.#own = own;
    const picture = offer.picture ? (own.getVideoTracks()[0] ?? null) : null;
    const line = new CallLine(offer.servers, {
      came: (stream) => this.events.came(stream),
      connected: () => this.#become(picture ? "picture" : "voice"),
      // The studio calls again.
      broken: () => line === this.#line && this.#become("calling"),
      narrowed: () => this.#become("voice"),
    });
    this.#line = line;
    try {
      const answer = await line.answer(offer.offer, own.getAudioTracks()[0] ?? null, picture);
      const payload = await pack({ call, answer });
      if (line !== this.#line) return;
      this.#answer = payload;
      this.events.show(payload);
    } catch {
      if (line === this.#line) await this.#sorry(call, "failed");
    }
  }

  async #sorry(call: number, sorry: "refused" | "failed"): Promise<void> {
    this.#close();
    this.#answer = await pack({ call, sorry });
    this.events.show(this.#answer);
    this.#become(sorry);
  }

  #close(): void {
    this.#line?.close();
    this.#line = null;
    this.#answer = null;
  }

  #become(state: Call): void {
    this.#state = state;
    this.events.changed(state);
  }
}

/** Microphone and camera, or the microphone alone; null: nobody here allows it, there is none, or the page may not ask. */
async function openOwn(pictured: boolean): Promise<MediaStream | null> {
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const video = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 20 } };
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  for (const wanted of pictured ? [{ audio, video }, { audio }] : [{ audio }]) {
    try {
      if (devices) return await devices.getUserMedia(wanted);
    } catch {
      // Without the camera then.
    }
  }
  return null;
}
