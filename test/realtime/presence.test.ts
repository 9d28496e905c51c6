import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { io, type Socket } from "socket.io-client";
import { endChild, eventually, forkGateway, startGateway } from "../support/gateway.js";
import { openOffice, type Office, type Person } from "../support/desk.js";

interface Told {
  type: string;
  data: {
    conversation_id?: string;
    members?: { member_id: string; state: string }[];
    member_ids?: string[];
    online?: string[];
    conversations?: { conversation_id: string; members: { member_id: string; state: string }[] }[];
  };
}

describe("who is there", () => {
  let office: Office;
  let ann: Person;
  let ben: Person;
  let second: Awaited<ReturnType<typeof startGateway>>;
  let conversationId = "";
  const open: Socket[] = [];
  const masterKey = Buffer.alloc(32, 9).toString("base64");

  beforeAll(async () => {
    office = await openOffice({ token: "210600:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2", username: "here_bot", masterKey });
    ann = await office.hire("Ann");
    ben = await office.hire("Ben");
    second = await startGateway({
      ...office.stores,
      telegramApiRoot: office.telegram.apiRoot,
      masterKey,
      roles: "api",
    });
    conversationId = (await office.writes(501, "Tom", "anybody there?")).id;
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await second.stop();
    await office.close();
  });

  async function listen(url: string, auth: Record<string, unknown>, headers: Record<string, string> = {}) {
    const told: Told[] = [];
    const socket = io(url, {
      path: "/realtime",
      auth,
      extraHeaders: headers,
      transports: ["websocket"],
      reconnection: false,
    });
    open.push(socket);
    socket.on("ephemeral", (one: Told) => told.push(one));
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    const saw = (what: string, fits: (one: Told) => boolean, withinMs?: number) =>
      eventually(what, () => told.find(fits), withinMs);
    return { socket, told, saw, say: (message: unknown) => socket.emit("presence", message) };
  }
  const member = (who: Person, url = office.gateway.url) =>
    listen(url, { workspace: who.browser.workspace }, { cookie: who.browser.cookieHeader() });
  const program = (key: string, url = office.gateway.url) => listen(url, { token: key });
  const states = (one: Told) => one.data.members?.map(({ member_id, state }) => [member_id, state]);
  const shows =
    (...wanted: [Person, string][]) =>
    (one: Told) =>
      one.type === "presence" &&
      one.data.conversation_id === conversationId &&
      JSON.stringify(states(one)) ===
        JSON.stringify(wanted.map(([who, state]) => [who.memberId, state]).sort(([a], [b]) => (a! < b! ? -1 : 1)));

  it("is told to everybody of the workspace, whichever process they are connected to, and to nobody else", async () => {
    const watcher = await program(office.gateway.first!.apiKey, second.url);
    const other = await office.gateway.services.identity.createWorkspace("Other");
    const stranger = await program(other.apiKey, second.url);
    const one = await member(ann);
    const two = await member(ben, second.url);
    await watcher.saw("both online", (t) => t.data.member_ids?.length === 2);
    one.say({ conversation_id: conversationId, state: "viewing" });
    await two.saw("Ann looks", shows([ann, "viewing"]));
    two.say({ conversation_id: conversationId, state: "typing" });
    await one.saw("Ben types", shows([ann, "viewing"], [ben, "typing"]));
    await one.saw("Ben has stopped", shows([ann, "viewing"], [ben, "viewing"]));

    const late = await program(office.gateway.first!.apiKey);
    const snapshot = await late.saw("who is there", (t) => t.type === "presence.snapshot");
    expect(snapshot.data.online).toEqual([ann.memberId, ben.memberId].sort());
    expect(snapshot.data.conversations![0]!.members).toHaveLength(2);

    one.socket.disconnect();
    await two.saw("Ann has gone", shows([ben, "viewing"]));
    await watcher.saw("Ann is offline", (t) => JSON.stringify(t.data.member_ids) === JSON.stringify([ben.memberId]));
    two.say({ conversation_id: null });
    await watcher.saw("nobody looks", shows());
    expect(stranger.told.filter((t) => t.type !== "presence.snapshot")).toEqual([]);
    expect(stranger.told[0]!.data).toEqual({ conversations: [], online: [] });
  }, 30_000);

  it("lets a program show a member of its workspace, and nothing that is not there", async () => {
    const watcher = await program(office.gateway.first!.apiKey);
    const other = await office.gateway.services.identity.createWorkspace("Third");
    const shower = await program(office.gateway.first!.apiKey);
    const stranger = await program(other.apiKey);
    stranger.say({ conversation_id: conversationId, member_id: ann.memberId });
    for (const message of [
      null,
      "x",
      { conversation_id: 7 },
      { conversation_id: conversationId, member_id: "mem_none" },
    ]) {
      shower.say(message);
    }
    shower.say({ conversation_id: "cnv_none", member_id: ann.memberId });
    shower.say({ conversation_id: conversationId, member_id: ann.memberId });
    await watcher.saw("shown", shows([ann, "viewing"]));
    expect(watcher.told.filter((t) => t.type === "presence")).toHaveLength(1);
    expect(stranger.told.filter((t) => t.type === "presence")).toEqual([]);
  });

  it("is over when a process dies without a word", async () => {
    const child = await forkGateway({
      ...office.stores,
      telegramApiRoot: office.telegram.apiRoot,
      masterKey,
      roles: "api",
    });
    const watcher = await program(office.gateway.first!.apiKey);
    const doomed = await program(office.gateway.first!.apiKey, child.url);
    doomed.say({ conversation_id: conversationId, member_id: ben.memberId });
    await watcher.saw("there", shows([ben, "viewing"]));
    await endChild(child.child, "SIGKILL");
    await watcher.saw("gone", (t) => shows()(t), 40_000);
  }, 60_000);
});
