/**
 * The encoders, off the page's thread: a hidden tab throttles timers, but not frames that arrive in a worker.
 *
 * Sound and picture come as streams of `AudioData` and `VideoFrame`; entries go back as drafts. Capture timestamps of
 * both are mapped onto one clock by the moment at which the first of each arrived.
 */
import type { Draft } from "../say/outbox";
import { Gatherer } from "./gatherer";
import { type Rung, rungsFor } from "./ladder";
import { AUDIO_SCALE, h264Init, opusInit, VIDEO_SCALE } from "./muxer";
import { Table } from "./table";

const KEY_US = 2_000_000;
const PACKET = 2_880; // 60 ms at 48 kHz
const DRIFT_MS = 80;

export type ToWorker =
  | { readonly say: "begin"; readonly startsAt: number }
  | { readonly say: "sound"; readonly frames: ReadableStream<AudioData> }
  | { readonly say: "picture"; readonly frames: ReadableStream<VideoFrame> | null }
  | {
      /** A class that has the floor; without frames: it leaves. */
      readonly say: "guest";
      readonly voice: string;
      readonly who: string;
      readonly frames: ReadableStream<VideoFrame> | null;
    }
  | { readonly say: "tune"; readonly rungs: number; readonly fragmentMs: number }
  | { readonly say: "end" };

export type FromWorker =
  | { readonly told: "drafts"; readonly drafts: Draft[] }
  | { readonly told: "load"; readonly queued: number; readonly rungs: number[]; readonly most: number }
  | { readonly told: "trouble"; readonly what: string }
  | { readonly told: "ended" };

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let origin = 0;
let startsAt = 0;
let onAir = false;
let fragmentLength = 250;
let rungCount = 3;
let picture: Picture | null = null;
let sound: Sound | null = null;

function send(drafts: Draft[]): void {
  if (drafts.length === 0) return;
  scope.postMessage(
    { told: "drafts", drafts },
    drafts.map((draft) => draft.payload.buffer),
  );
}

/** The lesson's clock now, ms. */
function lessonNow(): number {
  return startsAt + performance.now() - origin;
}

/** Maps capture timestamps (µs) of one source to the lesson's clock (ms). */
class Clock {
  #offset: number | null = null;

  at(timestampUs: number): number {
    this.#offset ??= lessonNow() - timestampUs / 1000;
    return timestampUs / 1000 + this.#offset;
  }
}

class Sound {
  readonly #gatherer = new Gatherer("audio", AUDIO_SCALE, startsAt, PACKET);
  readonly #clock = new Clock();
  #encoder: AudioEncoder | null = null;
  #next: number | null = null;

  take(data: AudioData): void {
    this.#clock.at(data.timestamp);
    this.#encoder ??= this.#open(data.numberOfChannels, data.sampleRate);
    this.#encoder.encode(data);
    data.close();
  }

  #open(channels: number, sampleRate: number): AudioEncoder {
    const encoder = new AudioEncoder({
      output: (chunk, meta) => this.#out(chunk, meta, channels),
      error: (error) => scope.postMessage({ told: "trouble", what: `sound: ${error.message}` }),
    });
    encoder.configure({
      codec: "opus",
      sampleRate,
      numberOfChannels: channels,
      bitrate: 24_000,
      opus: { frameDuration: 60_000, application: "voip" },
    } as AudioEncoderConfig);
    return encoder;
  }

  #out(chunk: EncodedAudioChunk, meta: EncodedAudioChunkMetadata | undefined, channels: number): void {
    const drafts: Draft[] = [];
    if (meta?.decoderConfig && this.#next === null)
      drafts.push(...this.#gatherer.init(opusInit(channels, 312, PACKET)));
    const heard = this.#clock.at(chunk.timestamp);
    const wanted = Math.round((Math.max(heard, startsAt) * AUDIO_SCALE) / 1000);
    // Packets follow one another without a seam; only a real gap (a device that was gone) moves the clock, forward.
    if (this.#next === null || wanted - this.#next > (DRIFT_MS * AUDIO_SCALE) / 1000) {
      drafts.push(...this.#gatherer.flush());
      this.#next = wanted;
    }
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    drafts.push(...this.#gatherer.take(this.#next, { data, duration: PACKET, key: true }, fragmentLength));
    this.#next += PACKET;
    send(drafts);
  }

  async end(): Promise<void> {
    if (this.#encoder?.state === "configured") await this.#encoder.flush();
    send(this.#gatherer.flush());
    if (this.#encoder?.state === "configured") this.#encoder.close();
  }
}

/** One rung: its encoder, and when its next frame and key are due. */
class RungEncoder {
  readonly #gatherer: Gatherer;
  #encoder: VideoEncoder;
  #due = Number.NEGATIVE_INFINITY;
  #avcC = "";

  constructor(
    readonly rung: Rung,
    readonly width: number,
    private readonly clock: (us: number) => number,
    gatherer: Gatherer,
  ) {
    this.#gatherer = gatherer;
    this.#encoder = new VideoEncoder({
      output: (chunk, meta) => this.#out(chunk, meta),
      error: (error) => scope.postMessage({ told: "trouble", what: `${rung.height}: ${error.message}` }),
    });
    this.#encoder.configure({
      codec: rung.height >= 720 ? "avc1.42E01F" : "avc1.42E01E",
      width,
      height: rung.height,
      bitrate: rung.kbit * 1000,
      framerate: rung.rate,
      latencyMode: "realtime",
      avc: { format: "avc" },
    });
  }

  get queued(): number {
    return this.#encoder.encodeQueueSize;
  }

  take(frame: VideoFrame, key: boolean): void {
    const step = 1_000_000 / this.rung.rate;
    if (!key && frame.timestamp < this.#due - step / 4) return;
    this.#due = Math.max(this.#due + step, frame.timestamp + step / 2);
    if (this.queued > 12 && !key) return;
    this.#encoder.encode(frame, { keyFrame: key });
  }

  #out(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
    const drafts: Draft[] = [];
    const description = meta?.decoderConfig?.description;
    if (description) {
      const avcC = new Uint8Array(ArrayBuffer.isView(description) ? description.buffer : description);
      const seen = avcC.join();
      if (seen !== this.#avcC) {
        this.#avcC = seen;
        drafts.push(...this.#gatherer.init(h264Init(this.width, this.rung.height, avcC)));
      }
    }
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const at = Math.round((Math.max(this.clock(chunk.timestamp), startsAt) * VIDEO_SCALE) / 1000);
    const duration = Math.round(VIDEO_SCALE / this.rung.rate);
    drafts.push(...this.#gatherer.take(at, { data, duration, key: chunk.type === "key" }, fragmentLength));
    send(drafts);
  }

  async end(): Promise<void> {
    if (this.#encoder.state === "configured") await this.#encoder.flush();
    send(this.#gatherer.flush());
    if (this.#encoder.state === "configured") this.#encoder.close();
  }
}

class Picture {
  readonly #clock = new Clock();
  readonly #gatherers: Map<number, Gatherer>;
  #encoders: RungEncoder[] = [];
  #shape = "";
  #nextKey = Number.NEGATIVE_INFINITY;
  most = 3;

  constructor(gatherers: Map<number, Gatherer>) {
    this.#gatherers = gatherers;
  }

  get queued(): number {
    return Math.max(0, ...this.#encoders.map((one) => one.queued));
  }

  get heights(): number[] {
    return this.#encoders.map((one) => one.rung.height);
  }

  take(frame: VideoFrame): void {
    this.#clock.at(frame.timestamp);
    const shape = `${frame.displayWidth}x${frame.displayHeight}`;
    const rungs = rungsFor(frame.displayHeight);
    this.most = rungs.length;
    const wanted = rungs.slice(0, rungCount);
    if (shape !== this.#shape || wanted.length !== this.#encoders.length) {
      this.#reshape(wanted, frame.displayWidth / frame.displayHeight, shape !== this.#shape);
      this.#shape = shape;
      this.#nextKey = Number.NEGATIVE_INFINITY;
    }
    const key = frame.timestamp >= this.#nextKey;
    if (key) this.#nextKey = Math.max(this.#nextKey + KEY_US, frame.timestamp + KEY_US / 2);
    for (const encoder of this.#encoders) encoder.take(frame, key);
    frame.close();
  }

  #reshape(wanted: Rung[], aspect: number, all: boolean): void {
    const keep = all
      ? []
      : this.#encoders.filter((one) => wanted.some((rung) => rung.height === one.rung.height));
    for (const old of this.#encoders) if (!keep.includes(old)) void old.end();
    this.#encoders = wanted.map((rung) => {
      const kept = keep.find((one) => one.rung.height === rung.height);
      if (kept) return kept;
      const width = Math.max(16, Math.round((rung.height * aspect) / 2) * 2);
      return new RungEncoder(rung, width, (us) => this.#clock.at(us), this.#gatherer(rung.height));
    });
  }

  #gatherer(height: number): Gatherer {
    const known = this.#gatherers.get(height) ?? new Gatherer(`video/${height}`, VIDEO_SCALE, startsAt);
    this.#gatherers.set(height, known);
    return known;
  }

  async end(): Promise<void> {
    await Promise.all(this.#encoders.map((one) => one.end()));
    this.#encoders = [];
  }
}

const gatherers = new Map<number, Gatherer>();
const table = new Table();
const guestRuns = new Map<string, number>();
let soundRun = 0;
let pictureRun = 0;
/** Whether the studio has a picture of its own. */
let ownPicture = false;
/** The class whose picture beats the time where it has none. */
let beating = "";

async function hear(frames: ReadableStream<AudioData>): Promise<void> {
  const run = ++soundRun;
  const reader = frames.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (run !== soundRun || done) {
      value?.close();
      await reader.cancel().catch(() => undefined);
      return;
    }
    if (onAir && sound) sound.take(value);
    else value.close();
  }
}

async function see(frames: ReadableStream<VideoFrame> | null): Promise<void> {
  const run = ++pictureRun;
  ownPicture = frames !== null;
  beating = "";
  await picture?.end();
  picture = null;
  if (!frames) return;
  const reader = frames.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (run !== pictureRun || done) {
      value?.close();
      await reader.cancel().catch(() => undefined);
      return;
    }
    take(table.together(value, value.timestamp));
  }
}

/** A picture of the lesson. */
function take(frame: VideoFrame | null): void {
  if (!frame) return;
  if (!onAir) {
    frame.close();
    return;
  }
  picture ??= new Picture(gatherers);
  picture.take(frame);
}

/** A class is seen as long as it has the floor. Where the studio has no picture, the first class's beats the time. */
async function seat(voice: string, who: string, frames: ReadableStream<VideoFrame> | null): Promise<void> {
  const run = (guestRuns.get(voice) ?? 0) + 1;
  guestRuns.set(voice, run);
  table.leave(voice);
  if (!frames) {
    if (beating === voice) await see(null);
    return;
  }
  table.seat(voice, who);
  const reader = frames.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || run !== guestRuns.get(voice)) {
      value?.close();
      await reader.cancel().catch(() => undefined);
      return;
    }
    const { timestamp } = value;
    table.show(voice, value);
    if (ownPicture || table.first !== voice) continue;
    // Each source counts its time from a beginning of its own.
    if (beating !== voice) {
      await see(null);
      beating = voice;
    }
    take(table.together(null, timestamp));
  }
}

setInterval(() => {
  if (onAir) {
    scope.postMessage({
      told: "load",
      queued: picture?.queued ?? 0,
      rungs: picture?.heights ?? [],
      most: picture?.most ?? 0,
    });
  }
}, 1000);

scope.onmessage = ({ data }) => {
  switch (data.say) {
    case "begin":
      startsAt = data.startsAt;
      origin = performance.now();
      sound = new Sound();
      onAir = true;
      break;
    case "sound":
      void hear(data.frames);
      break;
    case "picture":
      void see(data.frames);
      break;
    case "guest":
      void seat(data.voice, data.who, data.frames);
      break;
    case "tune":
      rungCount = data.rungs;
      fragmentLength = data.fragmentMs;
      break;
    case "end":
      onAir = false;
      void Promise.all([sound?.end(), picture?.end()]).then(() => scope.postMessage({ told: "ended" }));
      break;
  }
};
