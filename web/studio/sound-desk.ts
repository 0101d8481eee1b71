/**
 * The sound desk: everything that sounds goes through one mixer to one mono track at 48 kHz that never stops. Without a
 * microphone it carries silence, so that a lesson always has its clock.
 *
 * A class that has the floor has a seat: its voice goes into the lesson, and it hears everything but itself (the teacher and the
 * others that have the floor), so that nobody hears an echo.
 */
export class SoundDesk {
  readonly #context = new AudioContext({ sampleRate: 48_000, latencyHint: "interactive" });
  readonly #mixer = this.#context.createGain();
  /** The studio's own sound. */
  readonly #own = this.#context.createGain();
  readonly #meter = this.#context.createAnalyser();
  readonly #out = this.#context.createMediaStreamDestination();
  readonly #heights = new Float32Array(1024);
  readonly #seats = new Map<string, Seat>();
  #inputs: AudioNode[] = [];

  constructor() {
    this.#out.channelCount = 1;
    this.#out.channelCountMode = "explicit";
    this.#own.connect(this.#mixer);
    this.#mixer.connect(this.#meter);
    this.#mixer.connect(this.#out);
    this.#meter.fftSize = 1024;
    const silence = this.#context.createConstantSource();
    silence.offset.value = 0;
    silence.connect(this.#mixer);
    silence.start();
  }

  get track(): MediaStreamTrack {
    return this.#out.stream.getAudioTracks()[0] as MediaStreamTrack;
  }

  /** Browsers let sound begin only after a tap. */
  wake(): void {
    void this.#context.resume();
  }

  /** From now on, this sound of the studio's own (and no other). */
  connect(input: MediaStream | HTMLMediaElement | null): void {
    for (const old of this.#inputs) old.disconnect();
    this.#inputs = [];
    if (!input) return;
    const node =
      input instanceof MediaStream
        ? this.#context.createMediaStreamSource(input)
        : this.#context.createMediaElementSource(input);
    node.connect(this.#own);
    if (!(input instanceof MediaStream)) node.connect(this.#context.destination);
    this.#inputs.push(node);
  }

  /** A seat for a class: what it is to hear. */
  seat(name: string): MediaStreamTrack {
    this.leave(name);
    const seat: Seat = {
      hears: this.#context.createMediaStreamDestination(),
      voice: this.#context.createGain(),
    };
    seat.hears.channelCount = 1;
    seat.hears.channelCountMode = "explicit";
    this.#own.connect(seat.hears);
    seat.voice.connect(this.#mixer);
    for (const other of this.#seats.values()) {
      other.voice.connect(seat.hears);
      seat.voice.connect(other.hears);
    }
    this.#seats.set(name, seat);
    return seat.hears.stream.getAudioTracks()[0] as MediaStreamTrack;
  }

  /** What the class in this seat says from now on. */
  hear(name: string, stream: MediaStream): void {
    const seat = this.#seats.get(name);
    if (!seat || stream.getAudioTracks().length === 0) return;
    seat.source?.disconnect();
    seat.source = this.#context.createMediaStreamSource(stream);
    seat.source.connect(seat.voice);
  }

  /** Nobody hears this class for a while. */
  hush(name: string, hushed: boolean): void {
    const seat = this.#seats.get(name);
    if (seat) seat.voice.gain.value = hushed ? 0 : 1;
  }

  leave(name: string): void {
    const seat = this.#seats.get(name);
    if (!seat) return;
    this.#seats.delete(name);
    seat.source?.disconnect();
    seat.voice.disconnect();
    this.#own.disconnect(seat.hears);
    for (const other of this.#seats.values()) other.voice.disconnect(seat.hears);
    for (const track of seat.hears.stream.getTracks()) track.stop();
  }

  /** Loudness now, 0 to 1 over 60 dB. */
  get level(): number {
    this.#meter.getFloatTimeDomainData(this.#heights);
    const mean = this.#heights.reduce((sum, x) => sum + x * x, 0) / this.#heights.length;
    const decibels = 10 * Math.log10(mean + 1e-9);
    return Math.max(0, Math.min(1, (decibels + 60) / 60));
  }
}

interface Seat {
  readonly hears: MediaStreamAudioDestinationNode;
  readonly voice: GainNode;
  source?: MediaStreamAudioSourceNode;
}
