/**
 * The studio's end of a call to one class that has the floor: rings until it is answered, calls again when the line broke, and
 * knows when there is no use.
 */
import { CallLine } from "./line";
import { type Parcel, pack, TooLong, unpack } from "./parcel";

/** An offer is shown again this often until its answer has come. */
const AGAIN_MS = 2_000;
/** A class that has not answered by then does not answer: its page is asked anew. */
const RING_MS = 30_000;

export type CallState = "calling" | "connected" | "refused" | "failed";

export interface CallerEvents {
  /** Show this to the class in passing. */
  show(payload: Uint8Array<ArrayBuffer>): void;
  changed(state: CallState): void;
  came(stream: MediaStream): void;
  /** The class gives the floor back. */
  left(): void;
  /** STUN and TURN servers, with credentials for now. */
  servers(): Promise<readonly RTCIceServer[]>;
}

export class Caller {
  #call = 0;
  #line: CallLine | null = null;
  #ringing = 0;
  #over = false;
  state: CallState = "calling";

  constructor(
    /** The lesson without this class's own voice. */
    private readonly sound: MediaStreamTrack,
    private picture: MediaStreamTrack | null,
    /** Whether its line has room for a picture. */
    private readonly pictured: boolean,
    private readonly events: CallerEvents,
  ) {}

  start(): void {
    void this.#ring();
  }

  /** The studio's own picture is another one now. */
  show(picture: MediaStreamTrack | null): void {
    this.picture = picture;
    void this.#line?.show(picture);
  }

  /** The class has the pen: this is its ticket. */
  lend(pen: string): void {
    if (this.#call) void this.#tell({ call: this.#call, pen });
  }

  /** A frame that came on this class's call track. */
  async hear(payload: Uint8Array<ArrayBuffer>): Promise<void> {
    const parcel = await unpack(payload);
    if (!parcel || parcel.call !== this.#call || this.#over) return;
    if ("over" in parcel) {
      this.events.left();
    } else if ("sorry" in parcel) {
      this.#stop();
      this.#become(parcel.sorry);
    } else if ("answer" in parcel) {
      window.clearInterval(this.#ringing);
      await this.#line?.accept(parcel.answer).catch(() => this.#become("failed"));
    }
  }

  /** The floor is taken back. */
  end(): void {
    if (this.#over) return;
    if (this.#call) void this.#tell({ call: this.#call, over: true });
    this.#over = true;
    this.#stop();
  }

  async #ring(): Promise<void> {
    this.#stop();
    // A number that no earlier attempt had, of whatever sitting of the studio.
    const call = Math.max(this.#call + 1, Date.now());
    this.#call = call;
    this.#become("calling");
    const servers = await this.events.servers().catch(() => []);
    if (this.#over || call !== this.#call) return;
    const line = new CallLine(servers, {
      came: (stream) => this.events.came(stream),
      connected: () => this.#become("connected"),
      broken: () => {
        if (line === this.#line) void this.#ring();
      },
      narrowed: () => undefined,
    });
    this.#line = line;
    try {
      const offer = await line.offer(this.sound, this.picture, this.pictured);
      const payload = await pack({ call, offer, servers, picture: this.pictured });
      if (this.#over || line !== this.#line) return;
      this.events.show(payload);
      const began = performance.now();
      this.#ringing = window.setInterval(() => {
        if (performance.now() - began > RING_MS) void this.#ring();
        else this.events.show(payload);
      }, AGAIN_MS);
    } catch (error) {
      this.#stop();
      this.#become("failed");
      if (!(error instanceof TooLong || error instanceof DOMException)) throw error;
    }
  }

  async #tell(parcel: Parcel): Promise<void> {
    this.events.show(await pack(parcel));
  }

  #stop(): void {
    window.clearInterval(this.#ringing);
    this.#line?.close();
    this.#line = null;
  }

  #become(state: CallState): void {
    if (this.#over) return;
    this.state = state;
    this.events.changed(state);
  }
}
