import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient, type Db, type Document } from "mongodb";
import { walksOf, type ConversationQuery } from "../../src/inbox/repos/conversationViews.js";
import { startGateway } from "../support/gateway.js";
import { testStores } from "../support/stores.js";

/** Every view of the inbox, in every order, from the first page on and from a cursor. */
const workspaceId = "wsp_x";
const things: Omit<ConversationQuery, "limit">[] = [
  {},
  { assigneeId: "mem_x" },
  { assigneeId: null },
  { teamId: "tea_x" },
  { labelId: "lbl_x" },
  { labelId: "lbl_x", assigneeId: "mem_x" },
  { mentioned: "mem_x" },
  { participating: "mem_x" },
  { participating: "mem_x", priority: "none" },
  { accountId: "acc_x" },
  { channel: "telegram" },
  { channel: "telegram", assigneeId: "mem_x" },
  { priority: "high" },
  { priority: "none" },
  { unattended: true },
  { unattended: true, assigneeId: null },
  { unattended: true, channel: "telegram" },
];
const statuses = [undefined, "open", "snoozed"] as const;
const sorts = [undefined, "oldest", "waiting", "priority"] as const;

describe("the views of the inbox", () => {
  const stores = testStores();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: MongoClient;
  let db: Db;
  beforeAll(async () => {
    gateway = await startGateway(stores);
    client = await MongoClient.connect(stores.mongoUri);
    db = client.db(stores.database);
  });
  afterAll(async () => {
    await client.close();
    await gateway.stop();
    await stores.drop();
  });

  it.each(sorts)(
    "walk along indexes, with nothing scanned and nothing sorted in memory, sorted by %s",
    async (sort) => {
      const cursorOf = (values: unknown[]) => Buffer.from(JSON.stringify(values)).toString("base64url");
      const at = new Date().toISOString();
      const cursor = cursorOf(sort === "priority" ? [3, at, "cnv_x"] : [at, "cnv_x"]);
      let walks = 0;
      for (const thing of things) {
        for (const status of statuses) {
          for (const more of [{}, { cursor }]) {
            const query = { ...thing, sort, ...(status ? { status } : {}), ...more, limit: 50 };
            for (const { filter, sort: order, hint } of walksOf(workspaceId, query, ["acc_a", "acc_b"]).flat()) {
              const find = db.collection("conversations").find(filter).sort(order).limit(51);
              const stages = stagesOf(await (hint ? find.hint(hint) : find).explain("queryPlanner"));
              expect([query, stages.filter((stage) => stage === "COLLSCAN" || stage === "SORT")]).toEqual([query, []]);
              walks += 1;
            }
          }
        }
      }
      expect(walks).toBeGreaterThan(things.length);
    },
  );

  it("sort in memory only what one customer has", async () => {
    const [walk] = walksOf(workspaceId, { contactId: "ctc_x", limit: 50 }).flat();
    const plan = db.collection("conversations").find(walk!.filter).sort(walk!.sort).hint(walk!.hint!);
    expect(stagesOf(await plan.explain("queryPlanner"))).not.toContain("COLLSCAN");
  });

  it.each([
    ["words", { workspaceId, words: { $all: ["a", "b"] } }],
    ["words of a member", { workspaceId, words: { $all: ["a"] }, "author.id": "mem_x" }],
    [
      "words of customers until then",
      { workspaceId, words: { $all: ["a"] }, direction: "in", at: { $lte: new Date() } },
    ],
  ])("search for %s walks along an index", async (_, filter) => {
    const plan = db
      .collection("messages")
      .find(filter as Document)
      .sort({ at: -1, _id: -1 })
      .limit(100);
    const stages = stagesOf(await plan.explain("queryPlanner"));
    expect(stages).not.toContain("COLLSCAN");
    expect(stages).not.toContain("SORT");
  });

  it("of threads, and of what is due, walk along indexes too", async () => {
    const thread = { conversationId: "cnv_x", workspaceId };
    const newest = { at: -1, sequence: -1, _id: -1 } as const;
    const now = new Date();
    const looks: [string, Document, Document][] = [
      ["messages", { ...thread, partOf: null }, newest],
      ["messages", { ...thread, direction: "in", partOf: null, history: { $ne: true }, at: { $gte: now } }, newest],
      ["messages", { scheduled: true, sendAt: { $lte: now } }, { sendAt: 1 }],
      [
        "parked",
        { workspaceId, at: { $lte: now }, $or: [{ at: { $lt: now } }, { _id: { $lt: "x" } }] },
        { at: -1, _id: -1 },
      ],
      ["contact_notes", { workspaceId, contactId: "ctc_x" }, { _id: -1 }],
      ["drafts", { workspaceId, callerId: "mem_x" }, { updatedAt: -1 }],
      ["views", { workspaceId }, { _id: 1 }],
      ["macros", { workspaceId }, { _id: 1 }],
      ["canned_replies", { workspaceId }, { _id: 1 }],
      ["webhook_deliveries", { workspaceId, messageId: { $eq: "msg_x", $type: "string" } }, { createdAt: 1 }],
    ];
    for (const [collection, filter, sort] of looks) {
      const plan = await db.collection(collection).find(filter).sort(sort).limit(51).explain("queryPlanner");
      const stages = stagesOf(plan);
      expect([collection, filter, stages.filter((one) => one === "COLLSCAN" || one === "SORT")]).toEqual([
        collection,
        filter,
        [],
      ]);
    }
  });
});

/** The stages of the winning plan, wherever they are nested. */
function stagesOf(plan: Document): string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (typeof node === "object" && node !== null) {
      const { stage } = node as { stage?: unknown };
      if (typeof stage === "string") found.push(stage);
      Object.values(node).forEach(walk);
    }
  };
  walk((plan as { queryPlanner?: { winningPlan?: unknown } }).queryPlanner?.winningPlan ?? plan);
  return found;
}
