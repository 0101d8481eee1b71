/** What the classroom gives to those who can play it better, or instead: the system's media keys, and a phone's own player. */
import type { Facts } from "../ui/facts";
import type { Painter } from "./paint";

/** The lock screen, a headset's button, the keyboard's media keys. */
export function offerToTheSystem(facts: Facts, playing: () => boolean, act: (name: string) => void): void {
  const session = navigator.mediaSession;
  if (!session || !("MediaMetadata" in window)) return;
  session.metadata = new MediaMetadata({ title: facts.title, artist: facts.teacher, album: "Halqa" });
  session.setActionHandler("play", () => playing() || act("toggle"));
  session.setActionHandler("pause", () => playing() && act("toggle"));
  session.setActionHandler("seekbackward", () => act("-10"));
  session.setActionHandler("seekforward", () => act("+10"));
}

/** Where there are no Media Source Extensions: the device's own player on the HLS address, or the address to copy. */
export function playNatively(face: HTMLElement, painter: Painter, facts: Facts): void {
  const video = painter.part<HTMLVideoElement>("video");
  face.dataset.state = "native";
  if (!video.canPlayType("application/vnd.apple.mpegurl")) {
    painter.offerHls(facts.hls);
    return;
  }
  video.src = facts.hls;
  video.controls = true;
  video.removeAttribute("aria-hidden");
  face.classList.add("pictured", "native");
}
