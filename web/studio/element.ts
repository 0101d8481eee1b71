/** `<halqa-studio>`: choose, check, *À l'antenne*, teach, end. Nothing said here is lost, whatever happens to the line. */
import { pageOf } from "../board/fold";
import { Pictures } from "../follow/pictures";
import type { Draft, Said } from "../say/outbox";
import { Sender } from "../say/sender";
import { clock, type Facts, readFacts } from "../ui/facts";
import { word } from "../ui/words";
import { STAMP } from "../wire/frames";
import { Listening } from "../wire/listening";
import { seal, summary } from "../wire/say";
import { type Problem, TicketHolder } from "../wire/tickets";
import { Asking } from "./asking";
import { Captioning } from "./captioning";
import { Deck } from "./deck";
import { Easel } from "./easel";
import { face } from "./face";
import { Floor } from "./floor";
import { Images } from "./images";
import { fixedFragment, fragmentMs, Governor } from "./ladder";
import { Passer } from "./passing";
import type { Plan } from "./plan";
import { planOf } from "./plan-face";
import { firstScene, SCENES, type Scene, sceneDraft, sceneOf } from "./scene";
import { Sitting } from "./sitting";
import { Slates } from "./slates";
import { SoundDesk } from "./sound-desk";
import { frames, openCamera, openFile, openMicrophone, openScreen, supported } from "./sources";
import type { FromWorker, ToWorker } from "./worker";

type State = "ready" | "starting" | "on-air" | "ending" | "sealing" | "ended" | "failed";
const UNDO_S = 10;
const QUIET_MS = 8000;

export class Studio extends HTMLElement {
  #facts!: Facts;
  #state: State = "ready";
  #sitting!: Sitting;
  #sender!: Sender;
  #tickets!: TicketHolder;
  #asking!: Asking;
  #easel!: Easel;
  #floor!: Floor;
  #slates!: Slates;
  #captioning!: Captioning;
  #plan!: Plan;
  #listening!: Listening;
  #scene: Scene | null = null;
  #worker: Worker | null = null;
  #desk: SoundDesk | null = null;
  #picture: MediaStream | null = null;
  #microphone: MediaStream | null = null;
  #governor = new Governor(4);
  #began = 0;
  #startsAt = 0;
  #followers = 0;
  #narrow = 0;
  #rungs: number[] = [];
  #undo = 0;
  #ended: (() => void) | null = null;
  #heardAt = performance.now();
  #wasOnAir = false;
  readonly #fixedLength = fixedFragment(location.search);

  connectedCallback(): void {
    this.#facts = readFacts();
    this.innerHTML = face(this.#facts);
    if (!supported()) {
      this.#fail(word("studio.unsupported"));
      return;
    }
    if (this.#facts.status === "ended") {
      this.#over(word("studio.sealed"));
      return;
    }
    this.#sitting = new Sitting(this.#facts.id, this.#facts.speaker ?? "");
    this.#tickets = new TicketHolder(this.#facts.ticket, this.#facts.tickets, this.#facts.csrf, {
      speaker: this.#sitting.prefix,
    });
    this.#sender = new Sender(this.#facts.id, this.#facts.timeline, this.#tickets, {
      acknowledged: (answer) => {
        this.#followers = answer.followers;
        this.#narrow = answer.narrow;
        if (this.#sitting.roomTrouble) this.#trouble("");
      },
      trouble: (problem) => this.#refused(problem),
      unkept: () => this.#trouble(word("studio.storage")),
    });
    this.#asking = new Asking(this, this.#facts, {
      onAir: () => this.#live,
      say: (payload) => this.#sayTalk(payload),
      write: (track, payload) => this.#write(track, payload),
      prepared: (list) => this.#plan.asked(list),
    });
    this.#plan = planOf(this, this.#facts, this.#sitting.speaker);
    this.#floor = new Floor(this, this.#facts, this.#tickets, this.#sitting.speaker, {
      onAir: () => this.#live,
      say: (payload) => this.#sayTalk(payload),
      answered: (voice) => this.#asking.answered(voice),
      picture: () => this.#picture?.getVideoTracks()[0] ?? null,
      board: () => {
        this.#easel.pages.turnUp();
        if (this.#seen === "camera" || this.#seen === "screen") void this.#see("both");
      },
      guest: (voice, who, picture) => this.#seat(voice, who, picture),
    });
    this.#slates = new Slates(this, this.#sitting.speaker, {
      onAir: () => this.#live,
      say: (payload) => this.#sayTalk(payload),
      write: (track, payload) => this.#write(track, payload),
      named: (voice) => this.#floor.named(voice),
      now: () => this.#now,
      present: (page, paper, heading) => this.#easel.pages.present(page, paper, heading),
    });
    this.#captioning = new Captioning(
      this,
      this.#facts,
      (track, payload) => this.#sayNow(track, payload) !== null,
    );
    this.#layBoard();
    this.#wire();
    void this.#prepare();
    window.setInterval(() => this.#paint(), 200);
    window.setInterval(() => this.#tune(), 1000);
  }

  // -- before -------------------------------------------------------------------------------------------------------

  #layBoard(): void {
    const { timeline } = this.#facts;
    const { speaker } = this.#sitting;
    const passer = new Passer(timeline, this.#tickets, speaker);
    const large = new Pictures(
      timeline,
      this.#tickets,
      () => this.#part(".easel").clientWidth * devicePixelRatio,
    );
    const small = new Pictures(timeline, this.#tickets, () => 1);
    this.#easel = new Easel(this, speaker, {
      say: (drafts, prepared) => this.#say(drafts, prepared),
      prepare: (one) => {
        this.#sender.prepare(one);
        this.#plan.wrote(one);
      },
      pass: (tip) => passer.pass(tip),
      slides: () => deck.open(),
      image: () => images.open(),
      picture: large.address,
      thumbnail: small.address,
    });
    const deck = new Deck(this, this.#facts.id, this.#tickets, {
      leaf: ({ picture }) => this.#easel.pages.lay(picture),
      laid: () => this.#easel.pages.laid(),
    });
    const images = new Images(this.#part(".easel"), this.#facts.id, this.#tickets, {
      image: ({ picture, w, h }, at) => this.#easel.pages.place(picture, w, h, at),
      told: (text) => this.#trouble(text),
    });
    const tracks = ["board", "board/*", "talk", "captions/*", "private/*"];
    this.#listening = new Listening(timeline, this.#tickets, tracks, {
      entry: (entry) => {
        const scene = entry.speaker === speaker ? null : sceneOf(entry);
        if (scene) this.#scene = scene;
        this.#easel.hear(entry);
        this.#asking.take(entry);
        this.#floor.take(entry);
        this.#slates.take(entry);
        this.#captioning.take(entry);
      },
      passing: (frame) => {
        if (frame.track === "board") this.#easel.passing(frame);
        else this.#floor.hear(frame);
      },
      changed: (state) => {
        if (state === "here" || state === "ended") this.dataset.board = "here";
      },
    });
  }

  #say(drafts: readonly Draft[], prepared = false): readonly Said[] {
    for (const draft of drafts) this.#sitting.end = Math.max(this.#sitting.end, draft.t + draft.duration);
    return this.#sender.say(this.#sitting.speaker, drafts, prepared);
  }

  async #prepare(): Promise<void> {
    this.#desk = new SoundDesk();
    if (this.#sitting.resumed) await this.#tickets.renew().catch(() => undefined);
    const { left, prepared } = await this.#sender.restore((track) => pageOf(track) !== undefined);
    const planned = this.#facts.status === "planned";
    const { board, polls } = this.#plan.open(prepared, this.#asking.prepared, planned);
    if (board !== prepared) await this.#sender.prepareAnew(board);
    this.#asking.prepared = polls;
    this.#easel.ledger.restore(left, board);
    this.#listening.start();
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker = worker;
    const sound = frames<AudioData>(this.#desk.track);
    this.#tell({ say: "sound", frames: sound }, [sound]);
    navigator.mediaDevices.addEventListener("devicechange", () => void this.#list());
    await this.#choose("picture", this.#sitting.choice("picture") || "camera:");
    await this.#choose("sound", this.#sitting.choice("sound") || "microphone:");
    await this.#list();
    this.#wasOnAir = this.#facts.status === "live";
    if (this.#wasOnAir && this.#sitting.onAir) await this.#goOnAir();
    else if (this.#wasOnAir) this.#trouble(word("studio.wasonair"));
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  async #list(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const option = (kind: MediaDeviceKind, name: string, label: string) =>
      devices
        .filter((one) => one.kind === kind)
        .map((one, i) => new Option(one.label || `${label} ${i + 1}`, `${name}:${one.deviceId}`));
    const picture = this.#part<HTMLSelectElement>("[data-pick=picture]");
    const sound = this.#part<HTMLSelectElement>("[data-pick=sound]");
    const [chosenPicture, chosenSound] = [this.#sitting.choice("picture"), this.#sitting.choice("sound")];
    picture.replaceChildren(
      ...option("videoinput", "camera", word("studio.camera")),
      new Option(word("studio.screen"), "screen:"),
      new Option(word("studio.file"), "file:"),
      new Option(word("studio.nopicture"), "none:"),
    );
    sound.replaceChildren(
      ...option("audioinput", "microphone", word("studio.microphone")),
      new Option(word("studio.nosound"), "none:"),
    );
    select(picture, chosenPicture);
    select(sound, chosenSound);
  }

  /** False: it was not to be had. */
  async #choose(what: "picture" | "sound", value: string): Promise<boolean> {
    const [kind = "none", device = ""] = [
      value.slice(0, value.indexOf(":")),
      value.slice(value.indexOf(":") + 1),
    ];
    try {
      if (what === "sound") await this.#chooseSound(kind, device);
      else await this.#choosePicture(kind, device);
      this.#sitting.choose(what, value);
      this.#trouble("");
      return true;
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      this.#trouble(word(name === "NotAllowedError" ? "studio.refused" : "studio.nodevice"));
      return false;
    }
  }

  async #chooseSound(kind: string, device: string): Promise<void> {
    const stream = kind === "microphone" ? await openMicrophone(device) : null;
    stopStream(this.#microphone);
    this.#microphone = stream;
    this.#desk?.connect(stream);
    this.#watch(stream);
  }

  async #choosePicture(kind: string, device: string): Promise<void> {
    const player = this.#part<HTMLVideoElement>(".player");
    if (kind === "file" && !device) {
      this.#part<HTMLInputElement>("input[type=file]").click();
      return;
    }
    const stream =
      kind === "camera" ? await openCamera(device) : kind === "screen" ? await openScreen() : null;
    if (kind !== "file") player.pause();
    this.#show(stream, kind === "camera");
  }

  async #chooseFile(file: File): Promise<void> {
    const player = this.#part<HTMLVideoElement>(".player");
    try {
      const stream = await openFile(file, player);
      stopStream(this.#microphone);
      this.#microphone = null;
      if (player.dataset.wired !== "yes") {
        player.dataset.wired = "yes";
        this.#desk?.connect(player);
      }
      this.#desk?.wake();
      this.#show(stream, false);
      this.#trouble("");
    } catch {
      this.#trouble(word("studio.gone"));
    }
  }

  #show(stream: MediaStream | null, mirrored: boolean): void {
    stopStream(this.#picture);
    this.#picture = stream;
    const preview = this.#part<HTMLVideoElement>(".preview");
    preview.srcObject = stream;
    preview.classList.toggle("mirrored", mirrored);
    this.classList.toggle("pictured", stream !== null && stream.getVideoTracks().length > 0);
    const track = stream?.getVideoTracks()[0];
    const picture = track ? frames<VideoFrame>(track) : null;
    this.#tell({ say: "picture", frames: picture }, picture ? [picture] : []);
    this.#floor.pictured();
    this.#watch(stream);
  }

  /** A class that has the floor comes into the picture, or leaves it. */
  #seat(voice: string, who: string, track: MediaStreamTrack | null): void {
    const picture = track ? frames<VideoFrame>(track) : null;
    this.#tell({ say: "guest", voice, who, frames: picture }, picture ? [picture] : []);
  }

  #watch(stream: MediaStream | null): void {
    for (const track of stream?.getTracks() ?? [])
      track.addEventListener("ended", () => {
        if (stream === this.#picture || stream === this.#microphone) this.#trouble(word("studio.gone"));
      });
  }

  // -- on air -------------------------------------------------------------------------------------------------------

  async #goOnAir(): Promise<void> {
    if (this.#state !== "ready") return;
    this.#state = "starting";
    this.#desk?.wake();
    this.#paint();
    try {
      const so_far = await summary(this.#facts.timeline, this.#tickets);
      if (so_far?.sealed) {
        this.#over(word("studio.sealed"));
        return;
      }
      this.#startsAt = Math.max(so_far?.duration ?? 0, this.#sender.outbox.end);
    } catch {
      // The line is down: what is still here tells where the lesson stopped, and the rest waits in the outbox.
      this.#startsAt = Math.max(this.#sender.outbox.end, this.#sitting.end);
    }
    this.#began = performance.now();
    this.#tell({ say: "begin", startsAt: this.#startsAt });
    this.#easel.ledger.begin(this.#startsAt, this.#began);
    this.#plan.begin();
    this.#sitting.onAir = true;
    this.#state = "on-air";
    if (this.#desk) this.#floor.begin(this.#desk);
    // The camera alone goes without saying.
    if (this.#scene !== null || this.#easel.ledger.written) this.#tellScene();
    this.#trouble("");
    void navigator.storage?.persist?.();
    void (navigator as { wakeLock?: { request(kind: string): Promise<unknown> } }).wakeLock
      ?.request("screen")
      .catch(() => undefined);
    this.#paint();
  }

  get #live(): boolean {
    return this.#state === "on-air" || this.#state === "ending";
  }

  #sayTalk(payload: Uint8Array<ArrayBuffer>): { speaker: string; number: number; t: number } | null {
    return this.#sayNow("talk", payload);
  }

  #sayNow(
    track: string,
    payload: Uint8Array<ArrayBuffer>,
  ): { speaker: string; number: number; t: number } | null {
    if (!this.#live) return null;
    const t = Math.round(this.#startsAt + performance.now() - this.#began);
    const [said] = this.#say([{ track, t, duration: 0, flags: 0, payload }]);
    return said ? { speaker: said.speaker, number: said.number, t } : null;
  }

  /** For one voice alone; when it was said is the server's to tell, for others say things on this track too. */
  #write(track: string, payload: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#live) return null;
    const [said] = this.#say([{ track, t: 0, duration: 0, flags: STAMP, payload }]);
    return said?.number ?? null;
  }

  // -- what is seen large -------------------------------------------------------------------------------------------

  get #seen(): Scene {
    return this.#scene ?? firstScene(this.#easel.ledger.written);
  }

  async #see(scene: Scene): Promise<void> {
    if (scene === this.#scene) return;
    const list = this.#part<HTMLSelectElement>("[data-pick=picture]");
    const isScreen = list.value.startsWith("screen");
    if (scene === "screen" && !isScreen && !(await this.#pick(list, "screen:"))) return;
    if (scene === "camera" && isScreen) await this.#pick(list, this.#sitting.choice("picture") || "camera:");
    this.#scene = scene;
    if (this.#state === "on-air") this.#tellScene();
    this.#paint();
  }

  /** Choose this picture as if by hand; false: it was not to be had. */
  async #pick(list: HTMLSelectElement, value: string): Promise<boolean> {
    const before = list.value;
    select(list, value);
    if (await this.#choose("picture", list.value)) return true;
    list.value = before;
    return false;
  }

  #tellScene(): void {
    this.#say([sceneDraft(this.#seen, this.#startsAt + performance.now() - this.#began)]);
  }

  #hear(message: FromWorker): void {
    switch (message.told) {
      case "drafts":
        this.#say(message.drafts);
        break;
      case "load": {
        this.#rungs = message.rungs;
        const load = { queued: message.queued, behindMs: this.#sender.behindMs };
        const rungs = Math.min(this.#governor.second(load), Math.max(message.most, 1));
        const length = this.#fixedLength ?? fragmentMs(this.#followers, this.#narrow, load.behindMs);
        this.#tell({ say: "tune", rungs, fragmentMs: length });
        break;
      }
      case "trouble":
        this.#trouble(message.what);
        break;
      case "ended":
        this.#ended?.();
        break;
    }
  }

  #tune(): void {
    const level = this.#desk?.level ?? 0;
    if (level > 0.08) this.#heardAt = performance.now();
  }

  #refused(problem: Problem): void {
    if (problem.status === 507) {
      this.#sitting.roomTrouble = true;
      this.#trouble(word("studio.noroom"), true);
    } else {
      this.#trouble(word("studio.problem", { why: problem.message }));
    }
  }

  // -- the end ------------------------------------------------------------------------------------------------------

  async #end(): Promise<void> {
    this.#state = "ending";
    for (this.#undo = UNDO_S; this.#undo > 0; this.#undo--) {
      this.#paint();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (this.#state !== "ending") return;
    }
    this.#floor.end();
    this.#state = "sealing";
    this.#paint();
    const stopped = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    this.#easel.end();
    this.#tell({ say: "end" });
    await stopped;
    await this.#sender.drained();
    for (;;) {
      try {
        await seal(this.#facts.timeline, this.#tickets);
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    this.#sitting.onAir = false;
    this.#over(word("studio.ended"));
  }

  #over(text: string): void {
    this.#state = "ended";
    stopStream(this.#picture);
    stopStream(this.#microphone);
    this.classList.remove("pictured");
    this.#part(".empty").textContent = text;
    const go = this.#part("[data-act=go]");
    const link = Object.assign(document.createElement("a"), {
      className: "button primary go",
      href: this.#facts.page,
      textContent: word("studio.see"),
    });
    go.replaceWith(link);
    for (const { href, name } of this.#facts.desk ?? [])
      link.before(
        Object.assign(document.createElement("a"), { className: "button", href, textContent: name }),
      );
    this.#part("[data-act=end]").hidden = true;
    this.#paint();
  }

  #fail(text: string): void {
    this.#state = "failed";
    this.dataset.state = "failed";
    this.#part(".empty").role = "alert";
    this.#part(".empty").textContent = text;
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #wire(): void {
    this.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset.act;
      this.#desk?.wake();
      const scene = (event.target as Element).closest<HTMLElement>("button[data-scene]")?.dataset.scene;
      if (scene) void this.#see(scene as Scene);
      if (act === "go") void this.#goOnAir();
      if (act === "end" && this.#state === "on-air") void this.#end();
      else if (act === "end" && this.#state === "ending") {
        this.#state = "on-air";
        this.#paint();
      }
    });
    for (const select of this.querySelectorAll<HTMLSelectElement>("[data-pick]"))
      select.addEventListener(
        "change",
        () => void this.#choose(select.dataset.pick as "picture" | "sound", select.value),
      );
    const input = this.#part<HTMLInputElement>("input[type=file]");
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void this.#chooseFile(file);
    });
    window.addEventListener("online", () => {
      this.#sender.hurry();
      this.#listening.hurry();
      this.#plan.hurry();
    });
    window.addEventListener("keydown", (event) => {
      const { target } = event;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (
        target instanceof HTMLElement &&
        (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
      )
        return;
      const scene = SCENES[Number(event.key) - 1];
      if (scene) void this.#see(scene);
    });
    window.addEventListener("pagehide", () => {
      this.#easel.flush();
      this.#plan.leave();
    });
    window.addEventListener("beforeunload", (event) => {
      this.#easel.flush();
      const busy = this.#state === "on-air" || this.#state === "ending" || this.#state === "sealing";
      if (busy || !this.#sender.outbox.empty) event.preventDefault();
    });
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.querySelector<T>(selector);
    if (!found) throw new Error(selector);
    return found;
  }

  #trouble(text: string, room = false): void {
    if (!room && this.#sitting) this.#sitting.roomTrouble = false;
    const note = this.#part(".trouble");
    note.textContent = text;
    note.hidden = text === "";
  }

  #paint(): void {
    if (this.dataset.state !== this.#state) {
      this.#asking?.paint();
      this.#slates?.paint();
    }
    const sender = this.#sender;
    const behind = sender.behindMs;
    const live = this.#live;
    const t = this.#now;
    this.dataset.state = this.#state;
    this.dataset.scene = this.#seen;
    this.dataset.behindMs = String(Math.round(behind));
    this.dataset.followers = String(this.#followers);
    this.dataset.rungs = this.#rungs.join();
    this.dataset.t = String(Math.round(t));
    this.#part(".clock").textContent = clock(t);
    const level = this.#desk?.level ?? 0;
    const meter = this.#part(".level");
    meter.style.setProperty("--level", String(level));
    meter.ariaValueNow = String(Math.round(level * 100));
    this.#part(".behind").textContent = this.#behindWords(behind, live);
    const followers = this.#followers
      ? word("studio.followers", { n: this.#followers })
      : word("studio.nofollowers");
    const narrow = this.#narrow ? ` · ${word("studio.narrow", { n: this.#narrow })}` : "";
    this.#part(".followers").textContent = live ? followers + narrow : "";
    this.#part(".uplink").textContent = live ? word("studio.uplink", { n: sender.uplinkKbit }) : "–";
    this.#part(".rungs").textContent =
      live && this.#rungs.length ? this.#rungs.map((h) => `${h}p`).join("  ") : "–";
    for (const one of this.querySelectorAll<HTMLElement>("button[data-scene]"))
      one.ariaPressed = String(one.dataset.scene === this.#seen);
    this.#paintButtons(live);
  }

  /** The lesson's clock, ms. */
  get #now(): number {
    return this.#live ? this.#startsAt + performance.now() - this.#began : this.#sitting.end;
  }

  #behindWords(behind: number, live: boolean): string {
    if (!live && behind === 0) return "";
    const s = Number((behind / 1000).toFixed(behind < 10_000 ? 1 : 0));
    if (this.#sender.cut) return word("studio.cut", { s });
    if (!live && this.#state === "ready") return word("studio.left", { s });
    return behind > 1200 ? word("studio.waiting", { s }) : word("studio.arrived");
  }

  #paintButtons(live: boolean): void {
    const air = this.#part(".air");
    const words = { starting: "starting", "on-air": "onair", ending: "onair", sealing: "sealing" } as const;
    const said = words[this.#state as keyof typeof words] ?? "ready";
    if (this.#state === "ended") air.hidden = true;
    air.textContent = word(`studio.${said}`);
    air.classList.toggle("live", live);
    const end = this.#part("[data-act=end]");
    end.hidden = !live;
    const text =
      this.#state === "ending"
        ? `${word("studio.ending", { n: this.#undo })} · ${word("studio.undo")}`
        : word("studio.end");
    if (end.textContent !== text) end.textContent = text;
    end.classList.toggle("signal", this.#state === "ending");
    const go = this.querySelector<HTMLButtonElement>("button[data-act=go]");
    if (go) {
      go.hidden = live || this.#state === "sealing";
      go.disabled = this.#state !== "ready";
      go.textContent = word(this.#wasOnAir ? "studio.resume" : "studio.goonair");
    }
    const quiet = live && performance.now() - this.#heardAt > QUIET_MS;
    this.#part(".level").classList.toggle("quiet", quiet);
    this.#part(".level").title = quiet ? word("studio.quiet") : "";
    if (quiet && this.#microphone && this.#part(".trouble").hidden) this.#trouble(word("studio.quiet"));
    if (!quiet && this.#part(".trouble").textContent === word("studio.quiet")) this.#trouble("");
  }
}

function stopStream(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function select(list: HTMLSelectElement, value: string): void {
  const kind = value.slice(0, value.indexOf(":") + 1);
  const options = [...list.options];
  const best =
    options.find((one) => one.value === value) ?? options.find((one) => one.value.startsWith(kind));
  if (best) list.value = best.value;
}
