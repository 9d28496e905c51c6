import { Refusal, type Json } from "./wire.js";

/** All kinds of updates; those of the second list are only sent when they are asked for. */
const usualKinds = [
  ...["message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message"],
  ...["edited_business_message", "deleted_business_messages", "guest_message", "inline_query", "chosen_inline_result"],
  ...["callback_query", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer"],
  ...["my_chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot"],
];
const onRequestKinds = ["message_reaction", "message_reaction_count", "chat_member"];
const allKinds = new Set([...usualKinds, ...onRequestKinds]);

export interface Pending {
  id: number;
  kind: string;
  update: Json;
  /** Updates of one queue are delivered one after the other. */
  queue: string;
  at: number;
}

interface Poll {
  offset: number;
  limit: number;
  resolve(updates: Json[]): void;
  reject(error: Refusal): void;
  timer: NodeJS.Timeout;
}

/** The updates of one bot that nobody has taken yet, and the one request that may wait for them. */
export class Updates {
  /** In the order of the ids. */
  private pending = new Map<number, Pending>();
  private nextId: number;
  private poll: Poll | undefined;
  /** undefined: Telegram's default. */
  allowed: readonly string[] | undefined;
  /** Called when something was added, for the webhook. */
  onAdded: (pending: Pending) => void = () => undefined;

  constructor(firstId: number) {
    this.nextId = firstId;
  }

  /** Adds an update of a kind; undefined when the bot did not ask for it. */
  add(kind: string, part: Json, queue: string): Json | undefined {
    if (!(this.allowed ?? usualKinds).includes(kind)) return undefined;
    return this.put(kind, { update_id: this.nextId, [kind]: part }, queue);
  }

  /** Adds an update as it is, allowed or not; gives it an id when it has none. */
  addRaw(update: Json): Json {
    const kind = Object.keys(update).find((key) => key !== "update_id") ?? "message";
    const whole = { update_id: this.nextId, ...update };
    return this.put(kind, whole, `raw:${this.nextId}`);
  }

  private put(kind: string, update: Json, queue: string): Json {
    const id = typeof update.update_id === "number" ? update.update_id : this.nextId;
    const inOrder = id >= this.nextId;
    const pending = { id, kind, update, queue, at: Date.now() };
    this.nextId = Math.max(this.nextId, id + 1);
    this.pending.set(id, pending);
    if (!inOrder) this.pending = new Map([...this.pending].sort(([a], [b]) => a - b));
    this.wake();
    this.onAdded(pending);
    return update;
  }

  list(): Pending[] {
    return [...this.pending.values()];
  }

  forget(id: number): void {
    this.pending.delete(id);
  }

  clear(): void {
    this.pending.clear();
  }

  get size(): number {
    return this.pending.size;
  }

  /** Remembers what the bot wants to hear. Unknown kinds are ignored; an empty list means the default. */
  allow(kinds: unknown): void {
    if (!Array.isArray(kinds)) return;
    const known = kinds.filter((kind): kind is string => typeof kind === "string" && allKinds.has(kind));
    this.allowed = known.length > 0 ? known : undefined;
  }

  /** getUpdates: forgets what is before the offset, answers at once or when something comes, empty after `timeout`. */
  async take(offset: number, limit: number, timeoutMs: number, gone: AbortSignal): Promise<Json[]> {
    this.endPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
    if (offset < 0) this.keepLast(-offset);
    // An offset far beyond the last update is taken for a mistake, not for a confirmation of everything.
    const from = offset > this.nextId + 10 ? 0 : Math.max(offset, 0);
    for (const id of this.pending.keys()) {
      if (id >= from) break;
      this.forget(id);
    }
    const ready = this.from(from, limit);
    if (ready.length > 0 || timeoutMs === 0) return ready;
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.poll = undefined;
        resolve([]);
      };
      const poll: Poll = { offset: from, limit, resolve, reject, timer: setTimeout(finish, timeoutMs) };
      this.poll = poll;
      gone.addEventListener("abort", () => {
        clearTimeout(poll.timer);
        if (this.poll === poll) this.poll = undefined;
        resolve([]);
      });
    });
  }

  /** Ends a waiting getUpdates with 409. */
  endPoll(why: string): void {
    if (!this.poll) return;
    clearTimeout(this.poll.timer);
    this.poll.reject(new Refusal(409, why));
    this.poll = undefined;
  }

  /** Ends a waiting getUpdates as if its time were over. */
  stop(): void {
    if (!this.poll) return;
    clearTimeout(this.poll.timer);
    this.poll.resolve([]);
    this.poll = undefined;
  }

  private wake(): void {
    const poll = this.poll;
    if (!poll) return;
    this.poll = undefined;
    clearTimeout(poll.timer);
    poll.resolve(this.from(poll.offset, poll.limit));
  }

  private from(offset: number, limit: number): Json[] {
    const found: Json[] = [];
    for (const { id, update } of this.pending.values()) {
      if (id >= offset) found.push(update);
      if (found.length === limit) break;
    }
    return found;
  }

  private keepLast(count: number): void {
    for (const { id } of this.list().slice(0, -count)) this.forget(id);
  }
}
