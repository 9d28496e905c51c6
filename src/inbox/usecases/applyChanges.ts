import { createHash } from "node:crypto";
import type { InboundEvent } from "../../core/events.js";
import type { Failure } from "../../core/errors.js";
import { textOf } from "../../core/message.js";
import type { Clock, Enqueue, Log, Publish } from "../../core/ports.js";
import type { MessageRow } from "../models/message.js";
import type { Told } from "../models/told.js";
import type { Change, ChangeRepo, Target } from "../repos/changes.js";
import type { ConversationRepo } from "../repos/conversations.js";
import type { FileRepo } from "../repos/files.js";
import type { Outbox } from "../repos/outbox.js";
import type { ParkedRepo, Waiting } from "../repos/parked.js";
import type { Seals } from "../repos/seals.js";
import { fetchJob, filesOf } from "./settle.js";
import { chatKeyOf, externalKeyOf } from "./blindKeys.js";
import { instantOf } from "./instant.js";
import type { AcceptedEvent } from "./recordInbound.js";

/** What happens to a message after it was sent. */
export type ChangeEvent = Extract<InboundEvent, { type: "edit" | "removal" | "reaction" | "receipt" }>;
type AcceptedChange = AcceptedEvent & { event: ChangeEvent };

interface Deps {
  changes: ChangeRepo;
  conversations: ConversationRepo;
  files: FileRepo;
  parked: ParkedRepo;
  /** Of the messages. */
  outbox: Outbox;
  publish: Publish;
  enqueue: Enqueue;
  /** Why a message failed, in the words of the dashboard. */
  reasonOf(failure: Failure): string;
  seals: Seals;
  clock: Clock;
  log: Log;
}

export interface ApplyChanges {
  /** Applies edits, removals, reactions and receipts; what comes before its message waits for it. Idempotent. */
  of(accepted: readonly AcceptedChange[]): Promise<void>;
  /** What the provider repeats of messages that we sent ourselves settles those; the rest is given back. */
  echoes(accepted: readonly AcceptedEvent[]): Promise<AcceptedEvent[]>;
  /** These messages (blind provider ids) are stored now: what waited for them is applied. */
  waitingFor(externalKeys: readonly string[]): Promise<void>;
}

/** An event with the blind id of the message it is about; null for a watermark. */
interface Aimed {
  accepted: AcceptedChange;
  key: string;
  targetKey: string | null;
}

export function applyChanges(deps: Deps): ApplyChanges {
  const { changes, conversations, files, parked, outbox, publish, enqueue, seals, clock, log } = deps;

  async function aimed(accepted: AcceptedChange): Promise<Aimed> {
    const { workspaceId, accountId, event } = accepted;
    const key = createHash("sha256").update(`${accountId}/${event.eventKey}`).digest("hex").slice(0, 32);
    const id =
      event.type !== "receipt" ? event.target : "id" in event.receipt.target ? event.receipt.target.id : undefined;
    return {
      accepted,
      key,
      targetKey: id === undefined ? null : await externalKeyOf(seals, workspaceId, accountId, id),
    };
  }

  /** The changes an event makes; none when its message is not here. */
  async function changesOf(one: Aimed, byKey: ReadonlyMap<string, Target>): Promise<Change[]> {
    const { workspaceId, accountId, event } = one.accepted;
    const at = instantOf(one.accepted, clock.now());
    const found = one.targetKey === null ? undefined : byKey.get(one.targetKey);
    // A reaction of the business itself carries the account as its person.
    const author = event.peer.user === event.accountRef ? ("business" as const) : ("contact" as const);
    const base = (target: Target, type: string, data: Record<string, unknown>) => ({
      target,
      key: one.key,
      at,
      told: toldOf(one.key, target, type, data, clock.now()),
    });
    switch (event.type) {
      case "edit":
        return found
          ? [
              {
                ...base(found, "message.updated", {}),
                kind: event.completes ? "completed" : "edit",
                content: event.content,
              },
            ]
          : [];
      case "removal":
        return found ? [{ ...base(found, "message.updated", { removed: true }), kind: "removal" }] : [];
      case "reaction": {
        if (!found) return [];
        const by = await seals.blind(workspaceId, "reactor", `${accountId}/${event.peer.user}`);
        const reaction = { by, author: { kind: author }, emoji: event.emoji };
        return [{ ...base(found, "message.reaction", {}), kind: "reaction", ...reaction }];
      }
      case "receipt":
        return (await receiptTargets(one, found)).flatMap((target): Change[] => {
          const { target: named } = event.receipt;
          const reached = receipt(one, target, at, event);
          if (found || !("id" in named)) return [reached];
          const { told, ...known } = base(target, "message.updated", {});
          const learnt = { externalId: named.id, externalKey: one.targetKey! };
          return [{ ...known, told: { ...told, id: `${told.id}_id` }, kind: "identified", ...learnt }, reached];
        });
    }
  }

  async function receiptTargets({ accepted }: Aimed, found: Target | undefined): Promise<Target[]> {
    const { workspaceId, accountId, event } = accepted;
    if (event.type !== "receipt") return [];
    const { target, correlation, status } = event.receipt;
    if ("upTo" in target) {
      const chatKey = await chatKeyOf(seals, workspaceId, accountId, event.peer.chat);
      const conversation = (await conversations.openOf([chatKey])).get(chatKey);
      return conversation ? changes.sentUntil(conversation.id, new Date(target.upTo), status) : [];
    }
    if (found) return [found];
    const ours = correlation === undefined ? undefined : await changes.targetById(workspaceId, accountId, correlation);
    return ours ? [ours] : [];
  }

  function receipt(one: Aimed, target: Target, at: Date, event: Extract<ChangeEvent, { type: "receipt" }>): Change {
    const { status, failure, error } = event.receipt;
    const cost = event.receipt.pricing;
    const pricing = cost
      ? { billable: cost.billable ?? null, model: cost.model ?? null, category: cost.category ?? null }
      : null;
    const reason = failure ? deps.reasonOf(failure) : status === "failed" ? "unexpected" : null;
    const told = toldOf(
      `${one.key}${target.id.slice(-8)}`,
      target,
      "message.status.updated",
      { status, ...(reason === null ? {} : { reason }) },
      clock.now(),
    );
    const failed =
      reason === null ? null : { reason, detail: error?.detail ?? null, providerCode: error?.code ?? null };
    return { target, key: one.key, at, told, kind: "receipt", status, failure: failed, pricing };
  }

  async function apply(
    all: readonly Aimed[],
  ): Promise<{ applied: Aimed[]; early: { one: Aimed; beingSent: boolean }[] }> {
    const keys = all.map((one) => one.targetKey).filter((key) => key !== null);
    const targets = await changes.targets(keys);
    const byKey = new Map(targets.flatMap((target) => target.keys.map((key) => [key, target] as const)));
    const pairs = await Promise.all(all.map(async (one) => ({ one, made: await changesOf(one, byKey) })));
    const made = pairs.flatMap((pair) => pair.made);
    // A message that is being sent right now has no status a receipt could lift: the receipt waits until it has.
    const ready = made.filter(({ kind, target }) => !waitsForSending.has(kind) || !isBeingSent(target.status));
    const rows = await changes.apply(ready, clock.now());
    await consequences(ready);
    await outbox.tell(rows);
    const early = pairs.filter(
      ({ one, made: its }) =>
        one.targetKey !== null && (its.length === 0 || its.some((change) => !ready.includes(change))),
    );
    return {
      applied: all.filter((one) => !early.some((pair) => pair.one === one)),
      early: early.map(({ one, made: its }) => ({ one, beingSent: its.length > 0 })),
    };
  }

  /** What an edit or a removal means for the list and for the files. */
  async function consequences(made: readonly Change[]): Promise<void> {
    const now = clock.now();
    for (const change of made) {
      const { target } = change;
      if (change.kind === "edit" || change.kind === "completed") {
        const { content } = change;
        await conversations.relabel(
          target.workspaceId,
          target.conversationId,
          target.shownAs,
          content.kind,
          textOf(content),
        );
        const expected = filesOf({
          ...target,
          direction: "in",
          author: { kind: "contact" },
          content,
          mentions: [],
          partOf: null,
          history: false,
          at: change.at,
        });
        await files.expect(expected, now);
        if (expected.length > 0) {
          await enqueue.add(expected.map(fetchJob));
        }
      } else if (change.kind === "removal") {
        await conversations.relabel(target.workspaceId, target.conversationId, target.shownAs, "removed", "");
        await files.removeOf([target.id]);
      } else if (change.kind === "reaction" && change.author.kind === "contact" && change.emoji !== null) {
        // It opens the reply window as a message does.
        await conversations.heard(target.workspaceId, target.conversationId, change.at);
      }
    }
  }

  /** A receipt that names our own id waits for that message, whatever becomes of its sending. */
  const waiting = ({ accepted, key, targetKey }: Aimed, beingSent: boolean): Waiting => {
    const { event } = accepted;
    const ours = beingSent && event.type === "receipt" ? event.receipt.correlation : undefined;
    return {
      id: key,
      workspaceId: accepted.workspaceId,
      accountId: accepted.accountId,
      targetKey: ours === undefined ? targetKey! : ownKey(ours),
      event,
    };
  };

  async function echoes(accepted: readonly AcceptedEvent[]): Promise<AcceptedEvent[]> {
    const correlationOf = ({ event }: AcceptedEvent) =>
      event.type === "message" && event.message.direction === "echo" ? event.message.correlation : undefined;
    const ids = [...new Set(accepted.map(correlationOf).filter((id) => id !== undefined))];
    if (ids.length === 0) return [...accepted];
    const targets = new Map((await changes.ownTargets(ids)).map((target) => [target.id, target]));
    const rest: AcceptedEvent[] = [];
    const receipts: AcceptedChange[] = [];
    for (const one of accepted) {
      const ours = targets.get(correlationOf(one) ?? "");
      if (!ours || ours.accountId !== one.accountId || one.event.type !== "message") {
        rest.push(one);
        continue;
      }
      const { message, ...event } = one.event;
      const receipt = {
        target: { id: message.externalId },
        status: "sent" as const,
        correlation: ours.id,
      };
      receipts.push({ ...one, event: { ...event, type: "receipt", receipt } });
    }
    await of(receipts);
    return rest;
  }

  async function waitingFor(externalKeys: readonly string[]): Promise<void> {
    const found = await parked.waitingFor(externalKeys);
    if (found.length === 0) return;
    const all = await Promise.all(
      found.map(({ workspaceId, accountId, event }) =>
        aimed({ workspaceId, accountId, event: event as ChangeEvent, traceId: null }),
      ),
    );
    const { applied } = await apply(all);
    await parked.release(applied.map((one) => one.key));
  }

  async function of(accepted: readonly AcceptedChange[]): Promise<void> {
    if (accepted.length === 0) return;
    const { early } = await apply(await Promise.all(accepted.map(aimed)));
    if (early.length === 0) return;
    const rows = early.map(({ one, beingSent }) => waiting(one, beingSent));
    await parked.park(rows, clock.now());
    log.info("change_parked", { count: early.length });
    // The message may have come, or have left, between the look and the parking.
    await waitingFor(rows.map((row) => row.targetKey));
    await tellOf(early.filter(({ beingSent }) => !beingSent).map(({ one }) => one));
  }

  /** What still waits for a message that nobody knows is told: the message may never come. */
  async function tellOf(early: readonly Aimed[]): Promise<void> {
    const left = await parked.still(early.map((one) => one.key));
    await publish(
      early
        .filter((one) => left.has(one.key))
        .map(({ accepted: { workspaceId, accountId, event }, key }) => ({
          id: `evt_${key}_waits`,
          workspaceId,
          type: "message.change.waiting",
          at: clock.now(),
          data: {
            waiting_id: key,
            channel_account_id: accountId,
            change: event.type,
            status: event.type === "receipt" ? event.receipt.status : null,
          },
        })),
    );
  }

  return { of, echoes, waitingFor };
}

/** What waits for a message of ours to be settled waits under this. */
export const ownKey = (messageId: string) => `own/${messageId}`;

/** A message that is being sent right now gets its id and its status from whoever sends it. */
const waitsForSending = new Set<Change["kind"]>(["receipt", "identified"]);
const isBeingSent = (status: MessageRow["status"]) => status === "queued" || status === "sending";

function toldOf(key: string, target: Target, type: string, data: Record<string, unknown>, now: Date): Told {
  const about = { message_id: target.shownAs, ...data };
  return { id: `evt_${key}`, type, at: now, conversationId: target.conversationId, data: about };
}
