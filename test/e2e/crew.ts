import { expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { openHouse, setUp, type House, type Visitor } from "./house.js";

/** An owner and an agent of one workspace, each in a browser of their own, and customers of a simulated channel. */
export interface Crew {
  house: House;
  mara: Visitor;
  tom: Visitor;
  workspaceId: string;
  marasSeat: string;
  tomsSeat: string;
  accountId: string;
  /** The address of a view of the inbox. */
  inbox(view?: string): string;
  /** A customer writes; who wrote before is the same person. */
  write(customer: string, text: string): Promise<void>;
  /** The owner asks the API. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The conversation of a customer, as the API has it. */
  conversationOf(customer: string): Promise<Conversation>;
}

/** What suites look at in a conversation. */
export interface Conversation {
  id: string;
  status: string;
  assignee_id: string | null;
  team_id: string | null;
  priority: string;
  labels: string[];
  snoozed_until: string | null;
  unread_for_me: number;
  blocked: boolean;
  blocked_by_us: boolean;
  contact: { id: string; name: string };
}

export const rowOf = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });

/** Names of the customers whose rows are drawn, from the top. */
export const namesIn = async (page: Page, names: readonly string[]): Promise<string[]> => {
  const rows = await page.getByRole("row").allInnerTexts();
  return rows.flatMap((text) => names.find((name) => text.includes(name)) ?? []);
};

/** Sets the stage: people, a channel whose customers do not talk by themselves, and nothing said yet. */
export async function openCrew(settings: Parameters<typeof openHouse>[0] = {}): Promise<Crew> {
  const house = await openHouse(settings);
  const mara = await house.visitor();
  const { workspaceId, me } = await setUp(house, mara);
  const invited = await mara.api<{ link: string }>("POST", "/invitations", {
    workspaceId,
    body: { email: "tom@example.com", role_id: "agent" },
  });
  const tom = await house.visitor();
  const token = invited.body.link.split("#")[1];
  const joined = await tom.api<{ memberships: { member_id: string }[] }>("POST", "/auth/invitations/accept", {
    body: { token, name: "Tom Baker", password: "green lamp at the door", language: "en" },
  });
  expect(joined.status).toBeLessThan(300);
  const toms = await tom.api<{ memberships: { member_id: string }[] }>("GET", "/me");

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await mara.api<T>(method, path, { workspaceId, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 400)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const { id: accountId } = await ask<{ id: string }>("POST", "/simulator/channels", {
    kind: "whatsapp",
    name: "Shop number",
  });
  await ask("PATCH", `/channels/${accountId}/simulator`, { talkative: false });
  const known = new Map<string, string>();
  return {
    house,
    mara,
    tom,
    workspaceId,
    marasSeat: me.memberships[0]!.member_id,
    tomsSeat: toms.body.memberships[0]!.member_id,
    accountId,
    inbox: (view = "all") => `${house.url}/w/${workspaceId}/inbox/${view}`,
    ask,
    async write(customer, text) {
      const id = known.get(customer);
      const { customer_id: given } = await ask<{ customer_id: string }>(
        "POST",
        `/channels/${accountId}/simulator/messages`,
        { ...(id ? { customer_id: id } : { customer_name: customer }), kind: "text", text },
      );
      known.set(customer, given);
    },
    async conversationOf(customer) {
      const { data } = await ask<{ data: Conversation[] }>("GET", "/conversations?limit=100");
      const found = data.find(({ contact }) => contact.name === customer);
      if (!found) throw new Error(`no conversation with ${customer}`);
      return found;
    },
  };
}
