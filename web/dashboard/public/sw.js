// Keeps the shell, so that the app opens without a network. It never keeps anything the API says.
const cacheName = "shell-__BUILD__";
const shell = __SHELL__;
const others =
  /^\/(api|webhooks|docs|openapi\.json|livez|readyz|version|metrics|admin|files|hooks|bins?|realtime)(\/|$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(shell)));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
// A page that was there before its worker says which assets it got: without them it would not open again.
async function keep(paths) {
  const cache = await caches.open(cacheName);
  const wanted = paths.filter((path) => path.startsWith("/assets/"));
  await Promise.all(wanted.map(async (path) => (await cache.match(path)) ?? cache.add(path)));
}
self.addEventListener("message", (event) => {
  // The page asks for it once its user agreed to reload.
  if (event.data === "activate") self.skipWaiting();
  else if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep));
});
// What the server tells while no page is looked at. It never says what was written.
async function show(data) {
  const message = data?.json();
  if (message?.v !== 1) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Who looks at a page is told by it.
  if (message.always !== true && windows.some(({ focused }) => focused)) return;
  await self.registration.showNotification(message.title, {
    body: message.body,
    tag: message.tag,
    renotify: true,
    icon: "/icon-192.png",
    data: { url: message.url },
  });
}
async function open(path) {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const [page] = windows.sort(
    (a, b) => Number(b.visibilityState === "visible") - Number(a.visibilityState === "visible"),
  );
  if (!page) {
    await self.clients.openWindow(url.href);
    return;
  }
  await page.focus();
  // The page goes there by itself: loaded anew it would lose what is being typed.
  page.postMessage({ open: url.pathname + url.search });
}
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url ?? "/"));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || others.test(url.pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("/index.html", { cacheName })));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(
      caches.match(request, { cacheName }).then(
        (kept) =>
          kept ??
          fetch(request).then((response) => {
            if (response.ok) {
              const copy = response.clone();
              event.waitUntil(caches.open(cacheName).then((cache) => cache.put(request, copy)));
            }
            return response;
          }),
      ),
    );
  }
});
