/**
 * The floor, in the studio: which classes are here and raise a hand, who has the floor, and the calls with those. What is said of it
 * is one fact on `talk`; a studio that was reloaded finds it there, and calls again.
 */
import { Caller, type CallState } from "../floor/caller";
import { HERE } from "../floor/here";
import { pack } from "../floor/parcel";
import { voiceOf } from "../talk/answers";
import { type Holder, MAX_FLOOR, readFact, write } from "../talk/facts";
import type { Facts } from "../ui/facts";
import { word } from "../ui/words";
import type { Entry, Passing } from "../wire/frames";
import { say } from "../wire/say";
import type { TicketHolder } from "../wire/tickets";
import { Register } from "./register";
import { SCHOOLS, type Tile, tile } from "./schools-face";
import type { SoundDesk } from "./sound-desk";

const PAINT_MS = 500;
/** A class that has the floor and was not heard of for so long has left. */
const LEFT_MS = 45_000;
/** Its pen's ticket holds for a minute. */
const PEN_MS = 20_000;

export interface FloorStudio {
  onAir(): boolean;
  /** Say this on `talk`, now. null: not on air. */
  say(payload: Uint8Array<ArrayBuffer>): { readonly speaker: string } | null;
  /** What this class answered, in words. */
  answered(voice: string): string;
  /** The studio's own picture. */
  picture(): MediaStreamTrack | null;
  /** A class is to write: everyone sees the board. */
  board(): void;
  /** This class is in the picture from now on; null: no longer. */
  guest(voice: string, who: string, picture: MediaStreamTrack | null): void;
}

interface Seat {
  readonly caller: Caller;
  state: CallState;
  hushed: boolean;
  /** Where the teacher hears and sees it. */
  readonly player: HTMLVideoElement;
  pictured: MediaStreamTrack | null;
  since: number;
}

export class Floor {
  readonly #register = new Register();
  readonly #seats = new Map<string, Seat>();
  #holders: readonly Holder[] = [];
  #saidSeq = 0;
  #desk: SoundDesk | null = null;
  #paintedAt = 0;
  #paintTimer = 0;
  #met = false;

  constructor(
    private readonly face: HTMLElement,
    private readonly facts: Facts,
    private readonly tickets: TicketHolder,
    private readonly speaker: string,
    private readonly studio: FloorStudio,
  ) {
    face.querySelector(".side .sources")?.insertAdjacentHTML("beforebegin", SCHOOLS());
    face.querySelector(".camera")?.insertAdjacentHTML("beforeend", '<div class="guests"></div>');
    face.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-floor]");
      if (pressed) this.#act(pressed.dataset.floor ?? "", pressed.dataset.voice ?? "");
    });
    window.setInterval(() => this.#beat(), 2_000);
    window.setInterval(() => this.#lendPens(), PEN_MS);
    this.paint();
  }

  /** An entry of `talk`. */
  take(entry: Entry): void {
    const fact = entry.track === "talk" && entry.seq > this.#saidSeq ? readFact(entry.payload) : null;
    if (fact?.fact !== "floor") return;
    this.#saidSeq = entry.seq;
    // What this studio said itself it knows already.
    if (entry.speaker !== this.speaker) this.#holders = fact.classes;
    this.#seat();
  }

  /** A passing frame of a private track. */
  hear(frame: Passing): void {
    if (frame.track === HERE) {
      if (this.#register.hear(frame.speaker, frame.payload, performance.now())) this.paint();
      return;
    }
    const voice = voiceOf(frame.speaker);
    if (voice && frame.track === callTrack(voice)) void this.#seats.get(voice)?.caller.hear(frame.payload);
  }

  /** What a class calls itself; "": it is not here. */
  named(voice: string): string {
    return this.#register.get(voice, performance.now())?.who ?? "";
  }

  /** The lesson is on air, and its sound is mixed here. */
  begin(desk: SoundDesk): void {
    this.#desk = desk;
    this.#seat();
    this.paint();
  }

  /** The studio has another picture, or none. */
  pictured(): void {
    for (const { caller } of this.#seats.values()) caller.show(this.studio.picture());
  }

  /** The lesson ends: nobody has the floor any more. */
  end(): void {
    if (this.#holders.length > 0) this.#hold([]);
    this.#desk = null;
    this.paint();
  }

  // -- who has it ---------------------------------------------------------------------------------------------------

  #act(act: string, voice: string): void {
    const holder = this.#holders.find((one) => one.voice === voice);
    const seat = this.#seats.get(voice);
    if (act === "give") this.#give(voice);
    if (act === "lower") void pack({ call: 0, hand: false }).then((payload) => this.#show(voice, payload));
    if (act === "take") this.#hold(this.#holders.filter((one) => one.voice !== voice));
    if (act === "pen" && holder) {
      const given = { ...holder, pen: !holder.pen };
      this.#hold(this.#holders.map((one) => (one.voice === voice ? given : one)));
      if (given.pen) this.studio.board();
      void this.#lend(given);
    }
    if (act === "hush" && seat) {
      seat.hushed = !seat.hushed;
      seat.player.muted = seat.hushed;
      this.#desk?.hush(voice, seat.hushed);
    }
    this.#paint();
  }

  #give(voice: string): void {
    const school = this.#register.get(voice, performance.now());
    const known = this.#holders.some((one) => one.voice === voice);
    if (!school || known || this.#holders.length >= MAX_FLOOR) return;
    this.#hold([...this.#holders, { voice, who: school.who, pen: false }]);
  }

  #hold(holders: readonly Holder[]): void {
    if (!this.studio.say(write({ fact: "floor", classes: holders }))) return;
    this.#holders = holders;
    this.#seat();
  }

  /** Call those that have the floor, and nobody else. */
  #seat(): void {
    if (!this.#desk) return;
    for (const voice of [...this.#seats.keys()])
      if (!this.#holders.some((one) => one.voice === voice)) this.#leave(voice);
    for (const holder of this.#holders) if (!this.#seats.has(holder.voice)) this.#call(holder, this.#desk);
    this.face.classList.toggle("guested", this.#seats.size > 0);
    this.paint();
  }

  #call({ voice, who }: Holder, desk: SoundDesk): void {
    const player = document.createElement("video");
    player.autoplay = true;
    player.playsInline = true;
    player.dataset.voice = voice;
    player.title = who;
    this.face.querySelector(".guests")?.append(player);
    const poor = this.#register.get(voice, performance.now())?.line === 1;
    const caller = new Caller(desk.seat(voice), this.studio.picture(), !poor, {
      show: (payload) => void this.#show(voice, payload),
      changed: (state) => {
        const seat = this.#seats.get(voice);
        if (!seat) return;
        seat.state = state;
        if (state !== "connected") this.#unsee(voice, seat);
        this.paint();
      },
      came: (stream) => this.#came(voice, who, stream),
      left: () => this.#hold(this.#holders.filter((one) => one.voice !== voice)),
      servers: async () => (await this.#fetch(voice, false)).servers,
    });
    const seat: Seat = {
      caller,
      state: "calling",
      hushed: false,
      player,
      pictured: null,
      since: performance.now(),
    };
    this.#seats.set(voice, seat);
    caller.start();
  }

  #came(voice: string, who: string, stream: MediaStream): void {
    const seat = this.#seats.get(voice);
    if (!seat) return;
    if (seat.player.srcObject !== stream) seat.player.srcObject = stream;
    void seat.player.play().catch(() => undefined);
    this.#desk?.hear(voice, stream);
    const picture = stream.getVideoTracks().at(-1);
    if (!picture || picture === seat.pictured) return;
    // A track of a call is there before anything comes on it.
    const seen = () => {
      if (this.#seats.get(voice) !== seat) return;
      seat.pictured = picture;
      seat.player.classList.add("seen");
      this.studio.guest(voice, who, picture);
    };
    picture.addEventListener("unmute", seen);
    picture.addEventListener("mute", () => this.#unsee(voice, seat));
    if (!picture.muted) seen();
  }

  #unsee(voice: string, seat: Seat): void {
    if (!seat.pictured) return;
    seat.pictured = null;
    seat.player.classList.remove("seen");
    this.studio.guest(voice, "", null);
  }

  #leave(voice: string): void {
    const seat = this.#seats.get(voice);
    if (!seat) return;
    this.#unsee(voice, seat);
    this.#seats.delete(voice);
    seat.caller.end();
    seat.player.srcObject = null;
    seat.player.remove();
    this.#desk?.leave(voice);
  }

  // -- what goes to a class -----------------------------------------------------------------------------------------

  async #show(voice: string, payload: Uint8Array<ArrayBuffer>): Promise<void> {
    const frame = { track: callTrack(voice), speaker: this.speaker, payload };
    // One that is lost is shown again.
    await say(this.facts.timeline, [], this.tickets, [frame]).catch(() => undefined);
  }

  #lendPens(): void {
    for (const holder of this.#holders) if (holder.pen) void this.#lend(holder);
  }

  async #lend({ voice, pen }: Holder): Promise<void> {
    if (!pen) return;
    const { pen: ticket } = await this.#fetch(voice, true).catch(() => ({ pen: "" }));
    if (ticket) this.#seats.get(voice)?.caller.lend(ticket);
  }

  async #fetch(voice: string, pen: boolean): Promise<{ servers: RTCIceServer[]; pen: string }> {
    const answer = await fetch(this.facts.floor ?? "", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": this.facts.csrf ?? "" },
      body: JSON.stringify({ voice, pen }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as { servers: RTCIceServer[]; pen: string };
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  /** Who has the floor and is not heard of any more leaves it. */
  #beat(): void {
    const now = performance.now();
    for (const [voice, seat] of this.#seats) {
      const silent = (this.#register.get(voice, now)?.line ?? 0) === 0;
      if (!silent || seat.state === "connected") seat.since = now;
      else if (now - seat.since > LEFT_MS && this.studio.onAir())
        this.#hold(this.#holders.filter((one) => one.voice !== voice));
    }
    this.paint();
  }

  paint(): void {
    if (this.#paintTimer) return;
    const wait = Math.max(0, this.#paintedAt + PAINT_MS - performance.now());
    this.#paintTimer = window.setTimeout(() => {
      this.#paintTimer = 0;
      this.#paint();
    }, wait);
  }

  #paint(): void {
    const now = performance.now();
    this.#paintedAt = now;
    const held = new Set(this.#holders.map((one) => one.voice));
    const schools = this.#register.schools(now, held);
    const full = this.#holders.length >= MAX_FLOOR;
    let turn = 0;
    const tiles: Tile[] = this.#holders.map((holder) => this.#tile(holder.voice, holder.who, holder, 0));
    for (const school of schools) {
      if (held.has(school.voice)) continue;
      const raised = school.handSince !== null && school.line > 0;
      tiles.push(this.#tile(school.voice, school.who, null, raised ? ++turn : 0));
    }
    const html = tiles.map((one) => tile(one, full, this.studio.onAir() && this.#desk !== null)).join("");
    const list = this.face.querySelector<HTMLElement>(".schools .tiles");
    if (!list) return;
    (this.face.querySelector(".schools .nobody") as HTMLElement).hidden = tiles.length > 0;
    const count = this.face.querySelector<HTMLElement>(".schools .count");
    if (count) count.textContent = tiles.length ? new Intl.NumberFormat().format(tiles.length) : "";
    this.face.dataset.hands = String(turn);
    if (tiles.length > 0 && !this.#met && this.studio.onAir()) {
      // From the first class on its tiles matter more than which camera it is.
      this.#met = true;
      this.face.querySelector(".sources")?.removeAttribute("open");
    }
    this.face.dataset.floor = this.#holders.map((one) => one.who).join();
    if (list.dataset.html === html) return;
    const focused = document.activeElement as HTMLElement | null;
    const kept = list.contains(focused) ? focused?.dataset : null;
    list.dataset.html = html;
    list.innerHTML = html;
    if (kept?.floor)
      list.querySelector<HTMLElement>(`[data-floor="${kept.floor}"][data-voice="${kept.voice}"]`)?.focus();
  }

  #tile(voice: string, who: string, holder: Holder | null, turn: number): Tile {
    const seat = this.#seats.get(voice);
    return {
      school: this.#register.get(voice, performance.now()),
      voice,
      who: who || word("schools.nameless"),
      answer: this.studio.answered(voice),
      holder,
      call: seat?.state ?? null,
      hushed: seat?.hushed ?? false,
      turn,
    };
  }
}

function callTrack(voice: string): string {
  return `private/${voice}-call`;
}
