/** Small byte strings by their names, kept on this device. Whoever keeps a secret here encrypts it before. */
export interface Records {
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  put(name: string, value: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
  /** The names that begin so, sorted. */
  names(prefix: string): Promise<string[]>;
  /** Removes everything. */
  clear(): Promise<void>;
}

const store = "records";

/** Opens a database of this origin; it is made when it is not there. Works in pages and in workers. */
export async function openRecords(database: string): Promise<Records> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  const db = await answer(opening);
  const begin = (mode: IDBTransactionMode) => db.transaction(store, mode, { durability: "strict" });
  const change = async (act: (store: IDBObjectStore) => IDBRequest) => {
    const transaction = begin("readwrite");
    const request = act(transaction.objectStore(store));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  };
  const ask = <T>(act: (store: IDBObjectStore) => IDBRequest<T>) => answer(act(begin("readonly").objectStore(store)));
  return {
    get: (name) => ask((records) => records.get(name)),
    put: (name, value) => change((records) => records.put(Uint8Array.from(value), name)),
    delete: (name) => change((records) => records.delete(name)),
    names: async (prefix) =>
      (await ask((records) => records.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
    clear: () => change((records) => records.clear()),
  };
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
