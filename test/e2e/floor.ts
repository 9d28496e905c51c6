import { expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import type { MessageDetailDto } from "../../src/wire/inbox.js";
import { eventually } from "../support/gateway.js";
import { openHouse, setUp, type House, type Visitor } from "./house.js";

export type Kind = "whatsapp" | "telegram" | "messenger";
type Act = { kind?: string; text?: string; target?: string; at?: string };

/** A shop floor: an agent before an inbox with simulated channels, and customers who write when they are told to. */
export interface Floor {
  house: House;
  mara: Visitor;
  workspaceId: string;
  /** Her seat. */
  memberId: string;
  accounts: Record<Kind, string>;
  /** A customer does something; whoever did before is the same person. Resolves to the provider's id of the message. */
  customer(kind: Kind, name: string, act: Act | string): Promise<string>;
  /** The conversation with a customer, once it is there. */
  conversationOf(name: string): Promise<string>;
  /** What the provider was sent last, newest first. */
  sent(kind: Kind): Promise<{ url: string; request: unknown; status: number | null }[]>;
  fault(kind: Kind, fault: string, on: boolean): Promise<void>;
  messages(conversationId: string): Promise<MessageDetailDto[]>;
  /** Opens the conversation with a customer in a browser. */
  open(page: Page, name: string): Promise<void>;
  /** A further browser in which the same person is signed in. */
  again(options?: Parameters<House["visitor"]>[0]): Promise<Visitor>;
}

export const logOf = (page: Page): Locator => page.getByRole("log");
export const composerOf = (page: Page): Locator => page.getByRole("combobox", { name: /^Reply to / });
export const noteOf = (page: Page): Locator => page.getByRole("combobox", { name: "Private note" });
/** The bubble, or what stands in its place, that shows a text. */
export const saidIn = (page: Page, text: string | RegExp): Locator =>
  logOf(page)
    .getByRole("article")
    .filter({ hasText: text })
    // An answer quotes what it answers.
    .filter({ hasNot: page.getByRole("button", { name: /^In reply to/ }).filter({ hasText: text }) });

/** A row of the list, also while a window or a menu has the page to itself. */
export const rowAnyhow = (page: Page, name: string): Locator =>
  page.getByRole("row", { includeHidden: true }).filter({ hasText: name });
export const composerFor = (page: Page, name: string): Locator =>
  page.getByRole("combobox", { name: `Reply to ${name}` });
/** Where something stands, once it has come to rest. */
export async function restOf(shown: Locator) {
  await shown.page().evaluate(`Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => undefined)))`);
  return shown.boundingBox();
}

/** Opens what can be done to a message. */
export async function moreOf(page: Page, text: string | RegExp): Promise<Locator> {
  const message = saidIn(page, text).last();
  await message.hover();
  await message.getByRole("button", { name: "More for this message" }).click();
  const menu = page.getByRole("menu");
  await menu.waitFor();
  return menu;
}

/** Starts a gateway with one simulated channel of each kind, and an owner in a browser. */
export async function openFloor(kinds: readonly Kind[] = ["whatsapp", "telegram", "messenger"]): Promise<Floor> {
  const house = await openHouse();
  const mara = await house.visitor();
  const { me, workspaceId } = await setUp(house, mara);
  const accounts = {} as Record<Kind, string>;
  for (const kind of kinds) {
    const made = await mara.api<{ id: string }>("POST", "/simulator/channels", {
      workspaceId,
      body: { kind, name: `Shop ${kind}` },
    });
    expect(made.status).toBe(201);
    accounts[kind] = made.body.id;
    const body = { talkative: false };
    expect((await mara.api("PATCH", `/channels/${made.body.id}/simulator`, { workspaceId, body })).status).toBe(200);
  }
  const known = new Map<string, string>();
  const floor: Floor = {
    house,
    mara,
    workspaceId,
    memberId: me.memberships[0]!.member_id,
    accounts,
    async customer(kind, name, act) {
      const id = known.get(`${kind}/${name}`);
      const { status, body } = await mara.api<{ customer_id: string; message_id: string | null }>(
        "POST",
        `/channels/${accounts[kind]}/simulator/messages`,
        {
          workspaceId,
          body: {
            kind: "text",
            ...(typeof act === "string" ? { text: act } : act),
            ...(id ? { customer_id: id } : { customer_name: name }),
          },
        },
      );
      expect([status, body]).toEqual([202, expect.anything()]);
      known.set(`${kind}/${name}`, body.customer_id);
      return body.message_id ?? "";
    },
    conversationOf: (name) =>
      eventually(`the conversation with ${name}`, async () => {
        const { body } = await mara.api<{ data: { id: string; contact: { name: string | null } }[] }>(
          "GET",
          "/conversations?limit=100",
          { workspaceId },
        );
        return body.data.find(({ contact }) => contact.name === name)?.id;
      }),
    async sent(kind) {
      const { body } = await mara.api<{
        exchanges: { direction: string; url: string; request: unknown; status: number | null }[];
      }>("GET", `/channels/${accounts[kind]}/simulator`, { workspaceId });
      return body.exchanges.filter(({ direction }) => direction === "out");
    },
    async fault(kind, fault, on) {
      const { status } = await mara.api("POST", `/channels/${accounts[kind]}/simulator/faults`, {
        workspaceId,
        body: { fault, on },
      });
      expect(status).toBe(200);
    },
    async messages(conversationId) {
      const { body } = await mara.api<{ data: MessageDetailDto[] }>(
        "GET",
        `/conversations/${conversationId}/messages?limit=100`,
        { workspaceId },
      );
      return body.data;
    },
    async open(page, name) {
      const id = await floor.conversationOf(name);
      await page.goto(`${house.url}/w/${workspaceId}/inbox/all/${id}`);
      await page.getByRole("log", { name: `Messages with ${name}` }).waitFor();
    },
    async again(options = {}) {
      return house.visitor({ storageState: await mara.context.storageState(), ...options });
    },
  };
  return floor;
}
