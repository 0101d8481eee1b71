/**
 * One sitting at the studio, and what it inherits from those before it on this PC (localStorage): the prefix of its
 * speakers' names, whether the lesson was on air, the devices that were chosen. Each sitting speaks under a name of its
 * own, so that what an earlier one left behind can still be said under the old one.
 */
export class Sitting {
  readonly prefix: string;
  readonly speaker: string;
  /** Whether an earlier sitting taught this lesson from this PC. */
  readonly resumed: boolean;
  roomTrouble = false;
  readonly #lesson: string;

  constructor(lesson: string, fresh: string) {
    this.#lesson = lesson;
    const kept = this.#get("prefix");
    this.resumed = kept !== "" && kept !== fresh;
    this.prefix = kept || fresh;
    this.#set("prefix", this.prefix);
    const count = Number(this.#get("count")) + 1;
    this.#set("count", String(count));
    this.speaker = `${this.prefix}.${count}`;
  }

  get onAir(): boolean {
    return this.#get("on-air") === "yes";
  }

  set onAir(value: boolean) {
    this.#set("on-air", value ? "yes" : "");
  }

  /** Where the lesson ends as far as this PC knows, ms. */
  get end(): number {
    return Number(this.#get("end"));
  }

  set end(ms: number) {
    this.#set("end", String(ms));
  }

  choice(what: "picture" | "sound"): string {
    return localStorage.getItem(`halqa:studio:${what}`) ?? "";
  }

  choose(what: "picture" | "sound", value: string): void {
    if (!value.startsWith("screen") && !value.startsWith("file"))
      localStorage.setItem(`halqa:studio:${what}`, value);
  }

  #get(name: string): string {
    return localStorage.getItem(`halqa:studio:${this.#lesson}:${name}`) ?? "";
  }

  #set(name: string, value: string): void {
    localStorage.setItem(`halqa:studio:${this.#lesson}:${name}`, value);
  }
}
