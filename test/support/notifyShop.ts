import { eventually } from "./gateway.js";
import { invited, setUp, type Browser } from "./person.js";
import { openShop, type Shop } from "./telegramShop.js";

type Choices = Record<string, Partial<Record<"app" | "sound" | "push" | "email", boolean>>>;

/** A shop whose people are told outside of the page. */
export interface NotifyShop {
  shop: Shop;
  owner: Browser;
  /** The owner's seat, address and account. */
  ownerSeat: string;
  ownerEmail: string;
  /** An agent with a confirmed address. */
  agent: Browser;
  agentSeat: string;
  agentEmail: string;
  /** Chooses how somebody is told; whatever is not named is off. */
  choose(who: Browser, choices: Choices, more?: Record<string, unknown>): Promise<void>;
  /** A customer writes for the first time or again; gives the conversation. */
  writes(customer: number, name: string, text: string): Promise<string>;
  assign(conversationId: string, memberId: string | null): Promise<void>;
  /** Lets the time pass that notices wait. */
  timePasses(): Promise<void>;
  /** How many notices wait to be told in a way. */
  waiting(way: "mail" | "push"): Promise<number>;
  close(): Promise<void>;
}

const kinds = ["created", "assigned", "mention", "message_assigned", "message_participating"];

export async function openNotifyShop(token: string, username: string): Promise<NotifyShop> {
  const shop = await openShop({
    token,
    username,
    outboundAllow: "127.0.0.1",
  });
  const { gateway } = shop;
  const { browser: owner, me, email: ownerEmail } = await setUp(gateway);
  const { browser: agent, memberId: agentSeat, email: agentEmail } = await invited(owner, gateway.url, "agent");
  const { mongo, mailer } = gateway.services;

  /** Follows the link that an address is confirmed by. */
  async function confirm(who: Browser, email: string): Promise<void> {
    const { text } = await eventually("the mail to confirm", () =>
      mailer.caught!().find((mail) => mail.to === email && mail.text.includes("/verify#")),
    );
    const { status } = await who.call("POST", "/auth/email/verify", { token: /\/verify#(\S+)/.exec(text)![1] });
    if (status >= 300) throw new Error(`confirming answered ${status}`);
  }
  await confirm(owner, ownerEmail);
  await confirm(agent, agentEmail);

  return {
    shop,
    owner,
    ownerSeat: me.memberships[0]!.member_id,
    ownerEmail,
    agent,
    agentSeat,
    agentEmail,
    async choose(who, choices, more = {}) {
      const off = { app: false, sound: false, push: false, email: false };
      const notifications = Object.fromEntries(kinds.map((kind) => [kind, { ...off, ...choices[kind] }]));
      const { status } = await who.call("PUT", "/me/preferences", { notifications, ...more });
      if (status !== 200) throw new Error(`preferences answered ${status}`);
    },
    async writes(customer, name, text) {
      shop.telegram.customer({ id: customer, firstName: name }).write(text);
      return (await shop.conversationSaying(text)).id;
    },
    async assign(conversationId, memberId) {
      await shop.api("PATCH", `/api/v1/conversations/${conversationId}`, { assignee_id: memberId });
    },
    async timePasses() {
      const ago = new Date(Date.now() - 1_000);
      await mongo.collection("notices").updateMany(
        { way: "mail", dueAt: { $type: "date", $lte: new Date(Date.now() + 3_600_000) } },
        {
          $set: { dueAt: ago },
        },
      );
      await mongo.collection("notice_turns").updateMany({}, { $set: { until: ago } }, { hint: { _id: 1 } });
    },
    waiting: (way) =>
      mongo.collection("notices").countDocuments({ way, dueAt: { $type: "date", $lte: new Date(Date.now() + 1e9) } }),
    close: () => shop.close(),
  };
}

/** Waits until that many notices wait. */
export const noticesWait = (shop: NotifyShop, way: "mail" | "push", count: number): Promise<true> =>
  eventually(
    `${count} notices by ${way}`,
    async () => ((await shop.waiting(way)) === count ? (true as const) : undefined),
    30_000,
  );

/**
 * Everything that happened so far has been decided upon. Who is told of a message is decided by whose conversation it is
 * when the log is read, which on a busy machine is after the next step of a test.
 */
export const decided = ({ shop, owner }: NotifyShop): Promise<void> =>
  shop.gateway.services.notifications.relay(owner.workspace!);
