import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import whatsapp, { type Message } from "whatsapp-web.js";
import { ProviderError } from "../../core/errors.js";
import type { SessionProgress } from "../contract.js";
import { browserArgs, pageSource } from "./browser.js";
import { contextGone, ends, notReady, startFailure } from "./failures.js";
import { askForCode, watchLink } from "./linking.js";
import { lookInStubbornly } from "./lookIn.js";
import { sendPart } from "./parts.js";
import { groupData, isTold, messageData, reactionData, voteData, type Own, type SessionPayload } from "./payloads.js";
import { addressOf, isGroup } from "./people.js";
import type { ChildOptions, EndReason, Part } from "./protocol.js";
import { savedName } from "./savedName.js";
import { createVaultAuth, type AskVault, type RemoteStrategy } from "./vaultAuth.js";

/** What the session tells while it runs. */
export interface Hears {
  progress(progress: SessionProgress): void;
  /** `until`: Unix seconds up to which everything was told. */
  payloads(payloads: SessionPayload[], until?: number): void;
  state(state: string): void;
  /** A browser was started; it may be another than before. */
  browser(pid: number): void;
  ended(reason: EndReason): void;
}

/** One number in one browser. What else knows the library (parts, browser, linking) is used from here only. */
export interface WebClient {
  /** Starts the browser; resolves once the page is loaded and either linked or waiting to be, or its end was told. */
  start(): Promise<void>;
  browserPid(): number | undefined;
  /** WhatsApp's word for the connection; rejects when the page does not answer. */
  state(): Promise<string | null>;
  /** Sends one part; resolves to its id once WhatsApp's servers took it. */
  send(chat: string, part: Part, replyTo: string | undefined): Promise<string>;
  edit(target: string, text: string): Promise<void>;
  remove(target: string): Promise<void>;
  react(target: string, emoji: string): Promise<void>;
  typing(chat: string): Promise<void>;
  seen(chat: string): Promise<void>;
  /** Downloads a message's file to a path. */
  download(target: string, file: string): Promise<{ mime?: string; bytes?: number }>;
  /** Ends the browser. With `keep`, the session is kept first. */
  close(keep: boolean): Promise<void>;
  /** The link is gone: nothing of it is to be used again. */
  forget(): Promise<void>;
}

/** Chats that are looked through after a pause, and messages of each. */
const missedChats = 200;
const missedMessages = 100;
/** Clocks differ: what came so long before the last known message is told once more. */
const overlapSeconds = 600;

/** How long a page that waits to be linked may take to say that it was linked before. */
const logoutGraceMs = 1_000;
/** How long the end of syncing may be on its way to the library. */
const syncGraceMs = 1_000;
/** How long news may wait to learn whether it is an echo of ours. */
const echoWaitMs = 5_000;

export async function openWebClient(options: ChildOptions, askVault: AskVault, hears: Hears): Promise<WebClient> {
  const { number, dir, timings } = options;
  const source = await pageSource(options);
  const auth = createVaultAuth(whatsapp.RemoteAuth as unknown as RemoteStrategy, {
    number,
    dir,
    ask: askVault,
    opened,
    loggedOut: () => watch.loggedOutWithin(logoutGraceMs),
    firstSaveMs: timings.firstSaveMs,
    saveMs: timings.saveMs,
  });
  const client = new whatsapp.Client({
    authStrategy: auth as object as whatsapp.AuthStrategy,
    ...source.options,
    ...(options.pairing === "phone" ? { pairWithPhoneNumber: { phoneNumber: number, showNotification: true } } : {}),
    deviceName: "Switchboard",
    puppeteer: {
      executablePath: options.browserPath,
      headless: true,
      // Over a pipe: the browser ends with this process, however that ends.
      pipe: true,
      args: browserArgs(options),
    },
  });
  const watch = lookInStubbornly(client, {
    loggedOut: () => end("logged_out"),
    arrived,
    looked: () => void looked(visit).catch((error: unknown) => contextGone(error) || end("page")),
    failed: (error) => end(startFailure(error)),
  });
  askForCode(client, () => end("no_code"));

  const own: Own = { pn: undefined, lid: undefined };
  /** Ids of what was sent from here: their echoes are no news. */
  const ours = new Set<string>();
  /** The send that is under way: until it is over nobody knows whether an echo is ours. */
  let sending: Promise<void> = Promise.resolve();
  /** What came as a ciphertext that nobody could read yet. */
  const unread = new Set<string>();
  const ranks = new Map<string, number>();
  let ready = false;
  /** Grows with every document: what was begun with one before is of no use any more. */
  let visit = 0;
  /** Up to when everything was told, Unix seconds: where catching up begins. */
  let { since } = options;
  /** Until everything from before is told, what is told says nothing about how far it went. */
  let caughtUp = false;
  let ended = false;
  /** Why the session is being ended from here, whatever WhatsApp calls what follows. */
  let verdict: EndReason | undefined;
  let synced = false;
  let phase: SessionProgress["phase"] = "starting";
  /** A browser that the library ends by itself, in order to try another version. */
  let discarded: unknown;

  function remember(id: string): void {
    if (ours.size > 5_000) ours.clear();
    ours.add(id);
  }

  function end(reason: EndReason): void {
    if (ended) return;
    ended = true;
    hears.ended(verdict ?? reason);
  }

  /** A browser may end at any time, also while the library is still busy with it. */
  async function opened(): Promise<void> {
    const { pupBrowser, pupPage } = client;
    const pid = pupBrowser?.process()?.pid;
    if (pid !== undefined) hears.browser(pid);
    const lost = () => pupBrowser !== discarded && end("browser");
    pupBrowser?.on("disconnected", lost);
    pupPage?.on("error", lost);
    watch.opened();
    await source.prepare(pupPage!);
  }

  /** Both addresses of a person, and the name in the address book. WhatsApp may not tell; then the one that is known must do. */
  async function personOf(address: string | undefined): Promise<SessionPayload["person"]> {
    if (address === undefined || isGroup(address)) return undefined;
    const found = await client.getContactLidAndPhone([address]).catch(() => []);
    const { lid, pn } = found[0] ?? {};
    const name = await savedName(client.pupPage, [pn, lid, address]);
    return { ...(pn ? { phone: pn } : {}), ...(lid ? { lid } : {}), ...(name ? { name } : {}) };
  }

  async function titleOf(chat: string): Promise<{ title: string } | undefined> {
    if (!isGroup(chat)) return undefined;
    const found = await client.getChatById(chat).catch(() => undefined);
    return found?.name ? { title: found.name } : undefined;
  }

  async function payloadOf(type: string, data: Record<string, unknown>, chat: string, writer: string | undefined) {
    const person = await personOf(isGroup(chat) ? writer : chat);
    const title = await titleOf(chat);
    return { type, data, ...(title ? { chat: title } : {}), ...(person ? { person } : {}) };
  }

  const chatOf = (message: Message) => addressOf(message.id.remote) ?? "";
  const told = (message: Message, type: string, more: object = {}) =>
    payloadOf(type, { ...messageData(message, own), ...more }, chatOf(message), message.author);

  /** Payloads keep their order: each waits for the one before. */
  let line: Promise<void> = Promise.resolve();
  function tell(make: () => Promise<SessionPayload | undefined>, until?: number): void {
    line = line
      .then(make)
      .then((payload) => {
        if (!payload) return;
        hears.payloads([payload], caughtUp ? until : undefined);
        if (caughtUp && until !== undefined) since = Math.max(since ?? 0, until);
      })
      // A browser that went away is told of by the heartbeat; catching up brings what was lost here.
      .catch(() => undefined);
  }

  function hear(message: Message): void {
    if (!isTold(message)) return;
    // Written in this page: nobody but us writes here.
    if (message.fromMe && (message.rawData as { local?: unknown }).local === true) {
      remember(message.id._serialized);
      return;
    }
    tell(async () => {
      if (message.fromMe) await sending;
      if (ours.has(message.id._serialized)) return undefined;
      const late = unread.delete(message.id._serialized);
      return told(message, late ? "message_edit" : message.fromMe ? "message_create" : "message");
    }, message.timestamp);
  }

  function hearAck(message: Message, ack: number): void {
    const id = message.id._serialized;
    if (!message.fromMe || !isTold(message) || ack === 0 || ack <= (ranks.get(id) ?? 0)) return;
    if (ranks.size > 5_000) ranks.clear();
    if (ack > 0) ranks.set(id, ack);
    tell(async () => {
      await sending;
      // That the servers have it is what sending itself reported.
      if (ack === 1 && ours.has(id)) return undefined;
      return payloadOf("message_ack", { ...messageData(message, own), ack }, chatOf(message), undefined);
    });
  }

  function listen(): void {
    client.on("qr", (qr: string) => progress({ phase: "scan", qr }));
    client.on("code", (code: string) => progress({ phase: "scan", code }));
    // A session that is ready catches up with its servers now and then and stays ready.
    client.on("loading_screen", (percent: unknown) => {
      if (ready) return;
      // Only what is linked has something to load.
      accepted();
      progress({ phase: "syncing", percent: Number(percent) || 0 });
    });
    client.on("authenticated", () => {
      synced = true;
      accepted();
    });
    client.on("auth_failure", () => (discarded = client.pupBrowser));
    client.on("ready", () => void onReady(visit).catch((error: unknown) => contextGone(error) || end("browser")));
    client.on("message_create", hear);
    client.on("message_ciphertext_failed" as "message", (message: Message) => {
      unread.add(message.id._serialized);
      tell(() => told(message, "message", { type: "ciphertext" }), message.timestamp);
    });
    client.on("message_edit", (message) => isTold(message) && tell(() => told(message, "message_edit")));
    client.on("message_ack", hearAck);
    client.on("message_revoke_everyone", (message) => tell(() => told(message, "message_revoke_everyone")));
    client.on("message_reaction", (reaction) => {
      const sender = addressOf(reaction.senderId);
      if (sender === undefined || sender === own.pn || sender === own.lid) return;
      const chat = addressOf((reaction.msgId as { remote: unknown }).remote) ?? sender;
      tell(() => payloadOf("message_reaction", reactionData(reaction), chat, sender));
    });
    client.on("vote_update", (vote) => {
      const voter = addressOf(vote.voter);
      const chat = addressOf((vote as unknown as { parentMsgKey: { remote: unknown } }).parentMsgKey.remote);
      if (voter === undefined || chat === undefined || voter === own.pn || voter === own.lid) return;
      tell(() => payloadOf("vote_update", voteData(vote), chat, voter));
    });
    for (const type of ["group_join", "group_leave", "group_update", "group_admin_changed"] as const) {
      client.on(type as "group_join", (news) =>
        tell(() => payloadOf(type, groupData(news), news.chatId, addressOf(news.author))),
      );
    }
    client.on("change_state", (state) => {
      hears.state(state);
      const reason = ends[state];
      if (reason) end(reason);
    });
    client.on("disconnected", (reason) => end(ends[reason] ?? "connection"));
  }

  function progress(news: SessionProgress): void {
    phase = news.phase;
    hears.progress(news);
  }

  /** WhatsApp takes the page for linked. */
  function accepted(): void {
    if (phase === "starting" || phase === "scan") progress({ phase: "authenticating" });
  }

  /** The web client loads itself anew now and then: until the library has looked into it nothing is heard or sent. */
  function arrived(): void {
    visit += 1;
    synced = false;
    caughtUp = false;
    if (!ready) return;
    ready = false;
    hears.state("OPENING");
    progress({ phase: "starting" });
  }

  async function looked(mine: number): Promise<void> {
    await watchLink(client, (state) => {
      if (ended || ready) return;
      if (state === "PAIRING" || state === "CONNECTED") accepted();
    });
    await missedSync(mine);
  }

  async function onReady(mine: number): Promise<void> {
    const wid = client.info.wid as unknown as { user: string; _serialized: string };
    const both = await personOf(wid._serialized);
    if (mine !== visit) return;
    own.pn = both?.phone ?? wid._serialized;
    own.lid = both?.lid;
    if (!own.pn.startsWith(`${number}@`)) {
      verdict = "other_number";
      await client.pupPage?.evaluate(`window.require("WAWebSocketModel").Socket.logout()`).catch(() => undefined);
      end(verdict);
      return;
    }
    ready = true;
    const until = Math.trunc(Date.now() / 1000);
    await catchUp();
    if (mine !== visit) return;
    caughtUp = true;
    since = until;
    hears.payloads([], until);
    hears.state("CONNECTED");
    progress({ phase: "ready" });
  }

  /**
   * The library listens for the end of syncing only after it loaded its own parts: a page that was quicker has told it
   * already, and nobody would ever be ready.
   */
  async function missedSync(mine: number): Promise<void> {
    await sleep(syncGraceMs);
    if (synced || ended || mine !== visit) return;
    const page = `window.require("WAWebSocketModel").Socket.hasSynced && window.onAppStateHasSyncedEvent()`;
    await client.pupPage?.evaluate(page);
  }

  /** Tells what came while nobody listened. A number that was just linked begins with what comes from now on. */
  async function catchUp(): Promise<void> {
    if (since === undefined) return;
    const from = since - overlapSeconds;
    const chats = (await client.getChats())
      .filter((chat) => chat.unreadCount > 0 || (chat.timestamp ?? 0) >= from)
      .slice(0, missedChats);
    for (const chat of chats) {
      const messages = await chat.fetchMessages({ limit: missedMessages });
      for (const message of messages) if (message.timestamp >= from) hear(message);
    }
    await line;
  }

  function checkReady(): void {
    if (!ready || ended) throw notReady("The number is not connected at the moment.");
  }

  async function found(target: string): Promise<Message> {
    checkReady();
    const message = await client.getMessageById(target).catch(() => null);
    if (!message) {
      throw new ProviderError({ kind: "refused", why: "content" }, "WhatsApp does not have this message any more.");
    }
    return message;
  }

  const methods: WebClient = {
    async start() {
      listen();
      progress({ phase: "starting" });
      await client.initialize().catch((error: unknown) => end(startFailure(error)));
    },
    browserPid: () => client.pupBrowser?.process()?.pid,
    state: async () => (await client.getState()) ?? null,
    async send(chat, part, replyTo) {
      checkReady();
      const work = sendPart(client, chat, part, replyTo);
      const over = work.then(remember, () => undefined);
      sending = Promise.race([over, sleep(echoWaitMs)]);
      return work;
    },
    async edit(target, text) {
      const edited = await (await found(target)).edit(text);
      if (!edited)
        throw new ProviderError({ kind: "refused", why: "policy" }, "This message cannot be changed any more.");
    },
    remove: async (target) => (await found(target)).delete(true),
    react: async (target, emoji) => (await found(target)).react(emoji),
    async typing(chat) {
      checkReady();
      await (await client.getChatById(chat)).sendStateTyping();
    },
    async seen(chat) {
      checkReady();
      await client.sendSeen(chat);
    },
    async download(target, file) {
      const message = await found(target);
      const media = await message.downloadMedia();
      // Nothing: it expired, or the phone is just being asked to upload it again.
      if (!media) throw notReady("WhatsApp does not have the file at the moment.");
      const bytes = Buffer.from(media.data, "base64");
      await writeFile(file, bytes, { mode: 0o600 });
      const mime = media.mimetype?.split(";")[0]?.trim();
      return { ...(mime ? { mime } : {}), bytes: bytes.length };
    },
    async close(keep) {
      ended = true;
      await client.destroy().catch(() => undefined);
      if (keep && ready) await auth.keep();
    },
    forget: () => auth.forget(),
  };
  return methods;
}
