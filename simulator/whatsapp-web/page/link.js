/* The way from the page to the stand-in's servers, and the proof of being linked, which lies in the browser's store. */
"use strict";

(() => {
  const { root } = window.standIn;

  const database = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open("link", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("link");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  async function inStore(mode, work) {
    const db = await database();
    try {
      return await new Promise((resolve, reject) => {
        // Strict: the proof is on disk once this is over, whatever happens to the browser afterwards.
        const transaction = db.transaction("link", mode, { durability: "strict" });
        const request = work(transaction.objectStore("link"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  }

  window.standIn.link = {
    load: () => inStore("readonly", (store) => store.get("device")),
    save: (device) => inStore("readwrite", (store) => store.put(device, "device")),
    forget: () => inStore("readwrite", (store) => store.delete("device")),
    /** Asks the servers; rejects with what they say when they refuse. */
    async call(op, body = {}) {
      const response = await fetch(`${root}/page/call/${op}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ page: window.standIn.page, ...body }),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error);
      return answer;
    },
    async upload(blob) {
      const response = await fetch(`${root}/page/media`, { method: "POST", body: await blob.arrayBuffer() });
      return (await response.json()).directPath;
    },
    async download(directPath) {
      const response = await fetch(`${root}/page/media${directPath}`);
      if (!response.ok) throw Object.assign(new Error("gone"), { status: response.status });
      return response.arrayBuffer();
    },
    listen(device, hear) {
      const source = new EventSource(`${root}/page/events?page=${window.standIn.page}&device=${device ?? ""}`);
      source.onmessage = (event) => hear(JSON.parse(event.data));
    },
  };
})();
