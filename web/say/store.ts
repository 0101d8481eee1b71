/**
 * What was said and not yet acknowledged, and what was prepared before the lesson, on this device's disk: IndexedDB, one
 * database a name.
 */
import type { Away, Said } from "./outbox";

const STORE = "entries";
const PREPARED = "prepared";
/** Entries looked through at once: some MB. */
const PIECE = 100;

/** What will be said when the lesson goes on air, in this order. */
export interface Prepared {
  readonly track: string;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export class Store {
  #opened: Promise<IDBDatabase> | null = null;

  constructor(private readonly name: string) {}

  /** Keep these; resolves when they are on the disk. `prepared`: they are what was prepared, which is thereby done. */
  async keep(said: readonly Said[], prepared = false): Promise<void> {
    await this.#write((store) => {
      for (const one of said) store.put(one);
      if (prepared) store.transaction.objectStore(PREPARED).clear();
    });
  }

  /** Keep this for when the lesson goes on air. */
  async prepare(one: Prepared): Promise<void> {
    await this.#write((store) => store.transaction.objectStore(PREPARED).add(one));
  }

  /** Keep these instead of what was prepared. */
  async prepareAnew(all: readonly Prepared[]): Promise<void> {
    await this.#write((store) => {
      const kept = store.transaction.objectStore(PREPARED);
      kept.clear();
      for (const one of all) kept.add(one);
    });
  }

  async prepared(): Promise<Prepared[]> {
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const asking = db.transaction(PREPARED).objectStore(PREPARED).getAll();
      asking.onsuccess = () => resolve(asking.result as Prepared[]);
      asking.onerror = () => reject(asking.error);
    });
  }

  /** These are acknowledged. */
  async drop(said: readonly Said[]): Promise<void> {
    await this.#write((store) => {
      for (const one of said) store.delete([one.speaker, one.track, one.number]);
    });
  }

  /** What is kept, track by track; payloads pass through memory a piece at a time. */
  async outline(): Promise<Away[]> {
    const found = new Map<string, Away>();
    let after: IDBKeyRange | null = null;
    for (;;) {
      const piece = await this.#read(after, PIECE);
      for (const one of piece) {
        const { speaker, track, number, at } = one;
        const key = `${speaker} ${track}`;
        const before = found.get(key) ?? { speaker, track, first: number, last: 0, bytes: 0, at, end: 0 };
        const [bytes, end] = [before.bytes + one.payload.length, Math.max(before.end, one.t + one.duration)];
        found.set(key, { ...before, last: number, bytes, end });
      }
      const last = piece.at(-1);
      if (!last || piece.length < PIECE) return [...found.values()];
      after = IDBKeyRange.lowerBound([last.speaker, last.track, last.number], true);
    }
  }

  /** The first entries of what is away, in order: about as many bytes as asked for, at least one entry if there is one. */
  async read(away: Away, bytes: number, entries: number): Promise<Said[]> {
    const { speaker, track } = away;
    const found: Said[] = [];
    let [first, size] = [away.first, 0];
    while (first <= away.last && size < bytes && found.length < entries) {
      const range = IDBKeyRange.bound([speaker, track, first], [speaker, track, away.last]);
      const piece = await this.#read(range, Math.min(PIECE, entries - found.length));
      if (piece.length === 0) break;
      for (const one of piece) {
        if (size >= bytes) break;
        found.push(one);
        size += one.payload.length;
        first = one.number + 1;
      }
    }
    return found;
  }

  async #read(range: IDBKeyRange | null, count: number): Promise<Said[]> {
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const asking = db.transaction(STORE).objectStore(STORE).getAll(range, count);
      asking.onsuccess = () => resolve(asking.result as Said[]);
      asking.onerror = () => reject(asking.error);
    });
  }

  async #write(act: (store: IDBObjectStore) => void): Promise<void> {
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const work = db.transaction([STORE, PREPARED], "readwrite", { durability: "strict" });
      work.oncomplete = () => resolve();
      work.onerror = work.onabort = () => reject(work.error);
      act(work.objectStore(STORE));
      // Not when this page gets round to it: it may be closing.
      work.commit();
    });
  }

  /** The database; opened again after the browser closed it, or did not open it. */
  #open(): Promise<IDBDatabase> {
    const opened =
      this.#opened ??
      new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(`halqa-outbox-${this.name}`, 2);
        opening.onupgradeneeded = ({ oldVersion }) => {
          if (oldVersion < 1)
            opening.result.createObjectStore(STORE, { keyPath: ["speaker", "track", "number"] });
          opening.result.createObjectStore(PREPARED, { autoIncrement: true });
        };
        opening.onsuccess = () => {
          opening.result.onclose = () => {
            this.#opened = null;
          };
          resolve(opening.result);
        };
        opening.onerror = () => reject(opening.error);
      });
    this.#opened = opened;
    opened.catch(() => {
      this.#opened = null;
    });
    return opened;
  }
}
