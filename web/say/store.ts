/** What was said and not yet acknowledged, on this device's disk: IndexedDB, one database a name. */
import type { Said } from "./outbox";

const STORE = "entries";

export class Store {
  #db: Promise<IDBDatabase>;

  constructor(name: string) {
    this.#db = new Promise((resolve, reject) => {
      const opening = indexedDB.open(`halqa-outbox-${name}`, 1);
      opening.onupgradeneeded = () =>
        opening.result.createObjectStore(STORE, { keyPath: ["speaker", "track", "number"] });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

  /** Keep these; resolves when they are on the disk. */
  async keep(said: readonly Said[]): Promise<void> {
    await this.#write((store) => {
      for (const one of said) store.put(one);
    });
  }

  /** These are acknowledged. */
  async drop(said: readonly Said[]): Promise<void> {
    await this.#write((store) => {
      for (const one of said) store.delete([one.speaker, one.track, one.number]);
    });
  }

  /** Everything that is kept, in order of speaker, track and number. */
  async all(): Promise<Said[]> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const asking = db.transaction(STORE).objectStore(STORE).getAll();
      asking.onsuccess = () => resolve(asking.result as Said[]);
      asking.onerror = () => reject(asking.error);
    });
  }

  async #write(act: (store: IDBObjectStore) => void): Promise<void> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const work = db.transaction(STORE, "readwrite", { durability: "strict" });
      work.oncomplete = () => resolve();
      work.onerror = work.onabort = () => reject(work.error);
      act(work.objectStore(STORE));
    });
  }
}
