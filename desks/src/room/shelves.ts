/**
 * What this browser keeps of an account in one auction, in IndexedDB: a key that cannot be taken out, and what was seen of the log.
 * Any failure of the storage is the caller's to tell; nothing is kept elsewhere instead.
 */

const NAME = "daylight";
const STORES = ["keys", "seen"] as const;
export type Store = (typeof STORES)[number];

export class Shelves {
  private constructor(private readonly base: IDBDatabase) {}

  static open(): Promise<Shelves> {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store));
      asked.onsuccess = () => resolve(new Shelves(asked.result));
      asked.onerror = () => reject(asked.error ?? new Error(NAME));
      asked.onblocked = () => reject(new Error("blocked"));
    });
  }

  get<T>(store: Store, name: string): Promise<T | undefined> {
    return this.within<T | undefined>(store, "readonly", (shelf) => shelf.get(name));
  }

  put(store: Store, name: string, value: unknown): Promise<unknown> {
    return this.within(store, "readwrite", (shelf) => shelf.put(value, name));
  }

  /** Keeps the value unless something is there already; returns what is there then. */
  async first<T>(store: Store, name: string, value: T): Promise<T> {
    try {
      await this.within(store, "readwrite", (shelf) => shelf.add(value, name));
      return value;
    } catch (thrown) {
      const there = await this.get<T>(store, name);
      if (there === undefined) throw thrown;
      return there;
    }
  }

  private within<T>(store: Store, mode: IDBTransactionMode, act: (shelf: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      const deed = this.base.transaction(store, mode);
      const asked = act(deed.objectStore(store));
      // Kept means committed: a request that succeeded may still be undone with its transaction.
      deed.oncomplete = () => resolve(asked.result as T);
      deed.onabort = () => reject(deed.error ?? new Error("aborted"));
      deed.onerror = () => reject(deed.error ?? asked.error ?? new Error("failed"));
    });
  }
}
