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
