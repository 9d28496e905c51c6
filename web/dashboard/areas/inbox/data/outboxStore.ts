import type { Entry } from "./outbox.js";

const databaseName = "switchboard";
const storeName = "outbox";
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser keeps nothing."));
  });
  return opened;
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const request = act(database.transaction(storeName, mode).objectStore(storeName));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser keeps nothing."));
  });
}

/** What waits to be sent, where it survives a reload. */
export const outboxStore = {
  all: () => run<Entry[]>("readonly", (store) => store.getAll() as IDBRequest<Entry[]>),
  put: (entry: Entry) => run("readwrite", (store) => store.put(entry)),
  remove: (id: string) => run("readwrite", (store) => store.delete(id)),
};
