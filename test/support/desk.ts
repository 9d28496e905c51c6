import type { GatewaySettings } from "./gateway.js";
import { openShop, type ConversationView, type MessageView, type Shop } from "./telegramShop.js";
import { invited, setUp, type Browser } from "./person.js";

/** A shop whose inbox several people share. Somebody of another workspace is there too. */
export interface Office extends Shop {
  owner: Person;
  /** Signs in a further agent. */
  hire(name: string, role?: string): Promise<Person>;
  /** A customer writes; resolves to the conversation once it is in the inbox. */
  writes(id: number, firstName: string, text: string): Promise<ConversationView>;
}

export interface Person {
  memberId: string;
  browser: Browser;
  call: Browser["call"];
}

/** A conversation as its reader sees it. */
export interface SeenConversation extends ConversationView {
  unread_for_me: number | null;
  first_unread_id: string | null;
  participants: string[];
  team_id: string | null;
  priority: string;
}

export interface ScheduledView extends MessageView {
  scheduled_at: string | null;
  conversation_id: string;
}

/**
 * The set-up makes a workspace of its own: the office works in it, with a bot and an API key there.
 */
export async function openOffice(
  options: { token: string; username: string } & Partial<GatewaySettings>,
): Promise<Office> {
  const shop = await openShop(options);
  const { browser, me } = await setUp(shop.gateway);
  const membership = me.memberships[0]!;
  if (membership.workspace.id !== shop.gateway.first!.workspaceId) {
    throw new Error("the set-up was expected to take over the first workspace");
  }
  const person = (memberId: string, who: Browser): Person => ({
    memberId,
    browser: who,
    call: (method, path, body, headers) => who.call(method, path, body, headers),
  });
  return {
    ...shop,
    owner: person(membership.member_id, browser),
    async hire(name, role = "agent") {
      const hired = await invited(browser, shop.gateway.url, role, name);
      return person(hired.memberId, hired.browser);
    },
    async writes(id, firstName, text) {
      shop.telegram.customer({ id, firstName }).write(text);
      return shop.conversationSaying(text);
    },
  };
}
