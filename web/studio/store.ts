/**
 * What was said and not yet acknowledged, and what was prepared before the lesson, on this PC's disk: IndexedDB, one database
 * a lesson.
 */
import type { Said } from "./outbox";

const STORE = "entries";
const PREPARED = "prepared";

/** What will be said when the lesson goes on air, in this order. */
export interface Prepared {
  readonly track: string;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export class Store {
  #db: Promise<IDBDatabase>;

  constructor(lesson: string) {
    this.#db = new Promise((resolve, reject) => {
      const opening = indexedDB.open(`halqa-outbox-${lesson}`, 2);
      opening.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion < 1)
          opening.result.createObjectStore(STORE, { keyPath: ["speaker", "track", "number"] });
        opening.result.createObjectStore(PREPARED, { autoIncrement: true });
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

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

  async prepared(): Promise<Prepared[]> {
    return this.#all<Prepared>(PREPARED);
  }

  /** These are acknowledged. */
  async drop(said: readonly Said[]): Promise<void> {
    await this.#write((store) => {
      for (const one of said) store.delete([one.speaker, one.track, one.number]);
    });
  }

  /** Everything that is kept, in order of speaker, track and number. */
  async all(): Promise<Said[]> {
    return this.#all<Said>(STORE);
  }

  async #all<T>(store: string): Promise<T[]> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const asking = db.transaction(store).objectStore(store).getAll();
      asking.onsuccess = () => resolve(asking.result as T[]);
      asking.onerror = () => reject(asking.error);
    });
  }

  async #write(act: (store: IDBObjectStore) => void): Promise<void> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const work = db.transaction([STORE, PREPARED], "readwrite", { durability: "strict" });
      work.oncomplete = () => resolve();
      work.onerror = work.onabort = () => reject(work.error);
      act(work.objectStore(STORE));
      // Not when this page gets round to it: it may be closing.
      work.commit();
    });
  }
}
