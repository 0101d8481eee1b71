/**
 * What goes on beside the lesson: being asked and answering, the floor, what is said to be read. Fetched once the lesson plays: on a
 * narrow line its first seconds belong to the voice and the board. Whatever was heard before is handed on then.
 */
import "../answer/answer.css";
import "./answering.css";
import "./floor.css";
import "./script.css";
import "../slate/slate.css";
import type { Facts } from "../ui/facts";
import type { Entry } from "../wire/frames";
import type { TicketHolder } from "../wire/tickets";
import { Answering } from "./answering";
import { Attendance } from "./attendance";
import { ClassFloor, type FloorLesson } from "./floor";
import { Script, type ScriptLesson } from "./script";
import type { Feed } from "./watched";

export type BesideLesson = Omit<FloorLesson, "named" | "write"> & ScriptLesson;

export class Beside {
  readonly #answering: Answering;
  readonly #attendance: Attendance;
  readonly #floor: ClassFloor;
  readonly #script: Script;

  constructor(
    face: HTMLElement,
    facts: Facts,
    tickets: TicketHolder,
    lesson: BesideLesson,
    signal: AbortSignal,
  ) {
    this.#answering = new Answering(face, facts, signal);
    this.#attendance = new Attendance(facts, () => this.#answering.name, signal);
    const floor: FloorLesson = {
      ...lesson,
      named: (then) => this.#answering.named(then),
      write: () => this.#answering.write(),
    };
    this.#floor = new ClassFloor(face, this.#answering.guest, facts.timeline, floor, signal);
    this.#script = new Script(face, facts, tickets, lesson, signal);
  }

  close(): void {
    this.#floor.close();
  }

  /** Whether a question lies over the lesson; whether there is anything to read. */
  get asked(): boolean {
    return this.#answering.asked;
  }

  get scripted(): boolean {
    return this.#script.scripted;
  }

  /** Any entry that is neither sound nor picture; one that is known already does no harm. */
  take(entry: Entry): void {
    if (entry.track === "talk") {
      this.#answering.take(entry);
      this.#floor.take(entry);
    }
    this.#script.take(entry);
  }

  /** The panel is open. */
  opened(): void {
    this.#script.opened();
  }

  raise(): void {
    this.#floor.raise();
  }

  /** What plays, some times a second: which minutes this class follows. */
  feed(feed: Feed, over: boolean): void {
    this.#attendance.feed(feed, over);
  }

  hurry(): void {
    this.#answering.hurry();
  }

  /** The moment being seen, ms; whether the lesson has ended; the chapters; whether the panel is open. */
  paint(now: number, over: boolean, chapters: Script["chapters"], open: boolean): void {
    this.#answering.paint(now, over);
    this.#floor.paint(now);
    this.#script.chapters = chapters;
    this.#script.paint(now, open);
  }
}
