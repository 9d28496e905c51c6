import { setTimeout as sleep } from "node:timers/promises";
import type { Author } from "../../core/message.js";
import type { ChannelAccount, Message } from "../../inbox/index.js";
import type { DemoDeps } from "./ports.js";
import type { LabelName, Script, Step } from "./script.js";

/** What all conversations of one demo share. */
export interface Stage {
  workspaceId: string;
  accounts: Readonly<Record<Script["on"], ChannelAccount>>;
  labels: Readonly<Record<LabelName | "Demo", string>>;
  members: readonly string[];
  /** Ends everything: the demo is to be removed, or another process works on it. */
  stop: AbortSignal;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** How long the program may take to record what a customer wrote. */
const recordMost = 20_000;

/** Plays one conversation: customers over the wire, answers of ours as history. */
export async function play(deps: DemoDeps, stage: Stage, script: Script, index: number): Promise<void> {
  const { inbox, simulator } = deps;
  const { workspaceId, members } = stage;
  const account = stage.accounts[script.on];
  const person = { id: simulator.newPersonId(script.on), name: script.who, language: script.language };
  const member = members.length > 0 ? members[index % members.length] : undefined;
  const us: Author = member === undefined ? { kind: "business" } : { kind: "agent", id: member };
  const began = deps.clock.now().getTime() - script.days * dayMs;
  // Between two steps lie some minutes, and never more than there are until now.
  const gapMs = Math.min((3 + (index % 5) * 2) * minuteMs, (script.days * dayMs) / (script.steps.length + 1));

  let inbound = 0;
  let conversationId: string | undefined;
  let last: { inbound: string | null; external: string | null } = { inbound: null, external: null };

  async function step(given: Step, at: number, n: number): Promise<void> {
    switch (given.by) {
      case "customer": {
        const act =
          "file" in given
            ? { kind: given.file, text: given.text, at }
            : { kind: "text" as const, text: given.text, at };
        last = { ...last, inbound: await simulator.act(account, person, act) };
        inbound += 1;
        conversationId = await recorded(deps, stage, account, person.id, inbound);
        return;
      }
      case "agent": {
        const external = await simulator.said(account, person, given.text, new Date(at));
        last = { ...last, external };
        await inbox.addHistory({
          ...{ workspaceId, conversationId: conversationId!, author: us, text: given.text },
          ...{ externalId: external, key: `demo/${n}`, at: new Date(at) },
        });
        return;
      }
      case "note": {
        const mentions = given.mention ? members.slice(0, 1) : [];
        await inbox.addHistory({
          ...{ workspaceId, conversationId: conversationId!, author: us, text: given.text, note: true, mentions },
          ...{ externalId: null, key: `demo/${n}`, at: new Date(at) },
        });
        return;
      }
      case "edit":
        await simulator.act(account, person, { kind: "edit", target: last.inbound!, text: given.text, at });
        return;
      case "remove":
        await simulator.act(account, person, { kind: "remove", target: last.inbound!, at });
        return;
      case "like":
        // Telegram names a message by its number alone.
        await simulator.act(account, person, {
          kind: "reaction",
          target: last.external!.split("/").at(-1)!,
          text: given.emoji,
          at,
        });
    }
  }

  for (const [n, given] of script.steps.entries()) {
    stage.stop.throwIfAborted();
    await step(given, Math.floor(began + gapMs * n), n);
  }
  await arrange(deps, stage, script, conversationId!, member);
  if (script.then) await forReal(deps, stage, script.then, { account, person, conversationId: conversationId!, us });
  const { status } = script.end ?? {};
  if (status) {
    const snoozedUntil = status === "snoozed" ? new Date(deps.clock.now().getTime() + 2 * dayMs) : undefined;
    await inbox.changeConversation(workspaceId, conversationId!, { status, snoozedUntil }, us);
  }
}

/** Labels, whose it is, how urgent, and who the customer is. */
async function arrange(
  { inbox }: DemoDeps,
  { workspaceId, labels }: Stage,
  { end, language }: Script,
  conversationId: string,
  member: string | undefined,
): Promise<void> {
  const by: Author = member === undefined ? { kind: "business" } : { kind: "agent", id: member };
  const change = {
    labels: [labels.Demo, ...(end?.labels ?? []).map((name) => labels[name])],
    ...(end?.priority ? { priority: end.priority } : {}),
    ...(end?.assign && member !== undefined ? { assigneeId: member } : {}),
  };
  const { contact } = await inbox.changeConversation(workspaceId, conversationId, change, by);
  await inbox.contacts.update(workspaceId, contact.id, { language, attributes: { Demo: true } });
}

/** What is sent over the wire now: refused, or with buttons of which the customer presses one. */
async function forReal(
  { inbox, simulator }: DemoDeps,
  stage: Stage,
  then: NonNullable<Script["then"]>,
  at: { account: ChannelAccount; person: { id: string; name: string }; conversationId: string; us: Author },
): Promise<void> {
  const { workspaceId } = stage;
  const { account, conversationId } = at;
  const author: Author = at.us.kind === "agent" ? at.us : { kind: "bot", id: "demo" };
  const send = async (content: Parameters<typeof inbox.reply>[0]["content"]): Promise<Message> => {
    const { message } = await inbox.reply({
      workspaceId,
      conversationId,
      author,
      content,
      idempotencyKey: `demo/${conversationId}`,
    });
    return until(stage, async () => {
      const now = await inbox.message(workspaceId, message.id);
      return now && !["queued", "sending"].includes(now.status) ? now : undefined;
    });
  };
  if ("fails" in then) {
    await simulator.fault(account, "window_closed", true);
    try {
      await send({ kind: "text", text: then.fails });
    } finally {
      await simulator.fault(account, "window_closed", false);
    }
    return;
  }
  const options = then.options.map((label, index) => ({ id: `option-${index + 1}`, label }));
  await send({ kind: "choices", text: then.asks, options });
  await simulator.act(account, at.person, { kind: "choice", text: then.chosen });
}

/** Waits until the program has recorded that many messages of the customer; gives their conversation. */
function recorded(
  { inbox }: DemoDeps,
  stage: Stage,
  account: ChannelAccount,
  chat: string,
  count: number,
): Promise<string> {
  return until(stage, async () => {
    const id = await inbox.conversationWith(account.workspaceId, account.id, chat);
    if (id === undefined) return undefined;
    const { items } = await inbox.messages(account.workspaceId, id, { limit: 30 });
    return items.filter((one) => one.direction === "in").length >= count ? id : undefined;
  });
}

async function until<T>(stage: Stage, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + recordMost; Date.now() < end;) {
    stage.stop.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    await sleep(40);
  }
  throw new Error("the program did not record what a simulated customer wrote");
}
