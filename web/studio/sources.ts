/** Cameras, microphones, the screen, a file: whatever is chosen, one picture track and one sound track come out. */

declare class MediaStreamTrackProcessor<T extends AudioData | VideoFrame> {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
  readonly readable: ReadableStream<T>;
}

export type PictureSource =
  | { readonly kind: "camera"; readonly device: string }
  | { readonly kind: "screen" }
  | { readonly kind: "file"; readonly file: File }
  | { readonly kind: "none" };

export function supported(): boolean {
  return (
    "VideoEncoder" in globalThis && "AudioEncoder" in globalThis && "MediaStreamTrackProcessor" in globalThis
  );
}

export function frames<T extends AudioData | VideoFrame>(track: MediaStreamTrack): ReadableStream<T> {
  return new MediaStreamTrackProcessor<T>({ track, maxBufferSize: 8 }).readable;
}

/**
 * The sound desk: everything that sounds goes through one mixer to one mono track at 48 kHz that never stops. Without a
 * microphone it carries silence, so that a lesson always has its clock.
 */
export class SoundDesk {
  readonly #context = new AudioContext({ sampleRate: 48_000, latencyHint: "interactive" });
  readonly #mixer = this.#context.createGain();
  readonly #meter = this.#context.createAnalyser();
  readonly #out = this.#context.createMediaStreamDestination();
  readonly #heights = new Float32Array(1024);
  #inputs: AudioNode[] = [];

  constructor() {
    this.#out.channelCount = 1;
    this.#out.channelCountMode = "explicit";
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

  /** From now on, this sound (and no other). */
  connect(input: MediaStream | HTMLMediaElement | null): void {
    for (const old of this.#inputs) old.disconnect();
    this.#inputs = [];
    if (!input) return;
    const node =
      input instanceof MediaStream
        ? this.#context.createMediaStreamSource(input)
        : this.#context.createMediaElementSource(input);
    node.connect(this.#mixer);
    if (!(input instanceof MediaStream)) node.connect(this.#context.destination);
    this.#inputs.push(node);
  }

  /** Loudness now, 0 to 1 over 60 dB. */
  get level(): number {
    this.#meter.getFloatTimeDomainData(this.#heights);
    const mean = this.#heights.reduce((sum, x) => sum + x * x, 0) / this.#heights.length;
    const decibels = 10 * Math.log10(mean + 1e-9);
    return Math.max(0, Math.min(1, (decibels + 60) / 60));
  }
}

export async function openMicrophone(device: string): Promise<MediaStream> {
  const audio: MediaTrackConstraints = { channelCount: 1, echoCancellation: true, noiseSuppression: true };
  if (device) audio.deviceId = { exact: device };
  return navigator.mediaDevices.getUserMedia({ audio });
}

export async function openCamera(device: string): Promise<MediaStream> {
  const video: MediaTrackConstraints = {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 25, max: 30 },
  };
  if (device) video.deviceId = { exact: device };
  return navigator.mediaDevices.getUserMedia({ video });
}

export async function openScreen(): Promise<MediaStream> {
  return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 25 } }, audio: false });
}

/** A local file, playing in this (hidden) element; its picture as a stream, its sound through the element. */
export async function openFile(file: File, player: HTMLVideoElement): Promise<MediaStream> {
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(file);
  await player.play();
  return (player as HTMLVideoElement & { captureStream(): MediaStream }).captureStream();
}
