import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Connection } from "mongoose";
import type { QueuedJob, SequencedEvent } from "../../src/core/ports.js";
import {
  createNotifications,
  type NotificationPorts,
  type Notifications,
} from "../../src/features/notifications/index.js";
import { quietUntil } from "../../src/features/notifications/quiet.js";
import type { Conversation } from "../../src/inbox/index.js";
import { createKeyring } from "../../src/platform/keyring/index.js";
import { createLog } from "../../src/platform/log.js";
import { MailRefused, type Mail } from "../../src/platform/mail/index.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { testStores } from "../support/stores.js";

const minute = 60_000;
const workspaceId = "wsp_time";
const memberId = "mem_ana";

describe("digests on a clock that can be moved", () => {
  const stores = testStores();
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  let connection: Connection;
  let notifications: Notifications;
  // Of today: the store itself removes what is old by the clock on the wall.
  let now = new Date(new Date().setUTCHours(12, 0, 0, 0));
  let events: SequencedEvent[] = [];
  let jobs: QueuedJob[] = [];
  let sent: Mail[] = [];
  let send: (mail: Mail) => Promise<void> = () => Promise.resolve();
  const pass = (ms: number) => (now = new Date(now.getTime() + ms));

  const ports = (): NotificationPorts => ({
    inbox: {
      concerns: {
        conversations: (_workspace, ids) =>
          Promise.resolve(
            new Map(ids.map((id) => [id, { assigneeId: memberId, participants: [], lastInboundAt: now }])),
          ),
        writtenAt: () => Promise.resolve(new Map()),
      },
      conversationsOf: (_workspace, ids) =>
        Promise.resolve(
          ids.map((id) => ({ id, workspaceId, contact: { id: "ctc_1", name: `Customer ${id}` } }) as Conversation),
        ),
      reading: {
        forReader: (list) => Promise.resolve(list.map((one) => ({ ...one, unreadForMe: 1 }))),
        looksOf: () => Promise.resolve(new Map()),
      },
      events: {
        after: (_workspace, seq, limit) => Promise.resolve(events.filter((one) => one.seq > seq).slice(0, limit)),
        last: () => Promise.resolve(events.at(-1)?.seq ?? 0),
      },
    },
    identity: {
      workspaces: () => Promise.resolve([place]),
      workspace: () => Promise.resolve(place),
      members: { list: () => Promise.resolve([seat]) },
      roles: { list: () => Promise.resolve([{ id: "agent", name: "Agent", permissions: ["*"], builtIn: true }]) },
      users: {
        find: () => Promise.resolve(user),
        settingsOf: () => Promise.resolve(new Map([[user.id, user]])),
      },
      sessions: { alive: () => Promise.resolve(new Set<string>()) },
    },
    mailer: {
      works: true,
      send: async (mail) => {
        await send(mail);
        sent.push(mail);
      },
    },
    outbound: { request: () => Promise.reject(new Error("none")), check: () => Promise.resolve() },
    looking: () => Promise.resolve(new Set<string>()),
    enqueue: {
      add: (more) => {
        jobs.push(...more);
        return Promise.resolve();
      },
    },
    keyring: createKeyring({ connection, masterKeys: [randomBytes(32)], clock: { now: () => now } }),
    publicUrl: () => "https://switchboard.example",
    contact: "us@example.org",
    clock: { now: () => now },
    log,
  });
  const place = { id: workspaceId, name: "Acme", createdAt: now, brandColor: null, twoFactorRequired: false };
  const seat = {
    ...{ id: memberId, name: "Ana", active: true, createdAt: now, userId: "usr_1", roleId: "agent", lastSeenAt: null },
  };
  const user = {
    ...{ id: "usr_1", email: "ana@example.org", name: "Ana", passwordHash: null, verified: true, twoFactor: false },
    language: "en" as const,
    preferences: { notifications: { message_assigned: { app: true, sound: true, push: false, email: true } } },
  };

  beforeAll(async () => {
    connection = await connectMongo({ uri: stores.mongoUri, database: stores.database, log });
    notifications = createNotifications({ ...ports(), connection });
    await notifications.ensureIndexes();
  });
  beforeEach(async () => {
    for (const name of ["notices", "notice_turns", "notice_positions"])
      await connection.collection(name).deleteMany({}, { hint: { _id: 1 } });
    [events, jobs, sent, send] = [[], [], [], () => Promise.resolve()];
  });
  afterAll(async () => {
    await connection.close();
    await stores.drop();
  });

  const arrives = async (conversationId: string) => {
    const seq = events.length + 1;
    events.push({ id: `evt_${seq}`, seq, workspaceId, type: "message.received", at: now, conversationId, data: {} });
    await notifications.relay(workspaceId);
  };
  /** What the sweep finds is done, as workers would. */
  const work = async () => {
    jobs = [];
    await notifications.sweep();
    for (const { name } of jobs.splice(0))
      if (name === "notices.mail") await notifications.digest(workspaceId, memberId);
  };
  const names = ({ text }: Mail) => [...text.matchAll(/^Customer (\w+)$/gm)].map(([, id]) => id);

  it("waits three minutes from the first thing that happened, and holds the next mail back as long", async () => {
    await arrives("one");
    pass(2.9 * minute);
    await arrives("one");
    await work();
    expect(sent).toEqual([]);
    pass(0.2 * minute);
    await arrives("two");
    await work();
    expect(sent.map(names)).toEqual([["one"]]);
    pass(2.5 * minute);
    await arrives("three");
    await work();
    expect(sent).toHaveLength(1);
    // The second was due before the third: it waited for the turn, and both go together once both are due.
    pass(3 * minute);
    await work();
    expect(sent.map(names)).toEqual([["one"], ["three", "two"]]);
    await work();
    pass(60 * minute);
    await work();
    expect(sent).toHaveLength(2);
  });

  it("is sent once by many workers, and once more only when one of them died over it, under the same id", async () => {
    await arrives("one");
    pass(3 * minute);
    await Promise.all(Array.from({ length: 8 }, () => notifications.digest(workspaceId, memberId)));
    expect(sent).toHaveLength(1);
    pass(10 * minute);
    await arrives("one");
    pass(3 * minute);
    let died: Mail | undefined;
    send = (mail) => {
      died = mail;
      return Promise.reject(new Error("the process died"));
    };
    await expect(notifications.digest(workspaceId, memberId)).rejects.toThrow("died");
    send = () => Promise.resolve();
    await notifications.digest(workspaceId, memberId);
    expect(sent).toHaveLength(1);
    pass(10 * minute);
    await work();
    expect(sent).toHaveLength(2);
    expect(sent[1]!.messageId).toBe(died!.messageId);
    expect(sent[1]!.messageId).not.toBe(sent[0]!.messageId);
  });

  it("tries again over most of a day, and then gives up in words", async () => {
    send = () => Promise.reject(new MailRefused(false, 451));
    await arrives("one");
    let tries = 0;
    const began = now.getTime();
    send = () => {
      tries += 1;
      return Promise.reject(new MailRefused(false, 451));
    };
    for (let n = 0; n < 24 * 60; n++) {
      pass(minute);
      await work();
    }
    expect(tries).toBe(8);
    expect(now.getTime() - began).toBe(24 * 60 * minute);
    const given = lines.filter((line) => line.includes('"digest_given_up"'));
    expect(given).toHaveLength(1);
    expect(given[0]).toContain("could not take it for a day");
    expect(lines.join("")).not.toContain("ana@example.org");
    // What comes later is told again.
    send = () => Promise.resolve();
    await arrives("two");
    pass(3 * minute);
    await work();
    expect(sent.map(names)).toEqual([["two"]]);
  }, 120_000);

  it("gives up at once what the mail server refuses for good", async () => {
    lines.length = 0;
    send = () => Promise.reject(new MailRefused(true, 550));
    await arrives("one");
    pass(3 * minute);
    await work();
    send = () => Promise.resolve();
    pass(60 * minute);
    await work();
    expect(sent).toEqual([]);
    expect(lines.filter((line) => line.includes('"digest_given_up"'))).toHaveLength(1);
  });

  it("passes over what happened while nobody could be told, and begins with the latest of a long log", async () => {
    await arrives("old");
    await connection.collection("notices").deleteMany({}, { hint: { _id: 1 } });
    await connection.collection("notice_positions").deleteMany({}, { hint: { _id: 1 } });
    pass(61 * minute);
    await notifications.relay(workspaceId);
    expect(await connection.collection("notices").countDocuments({}, { hint: { _id: 1 } })).toBe(0);
  });
});

describe("quiet hours", () => {
  const at = (iso: string) => new Date(iso);
  it("end by the clock of a time zone, over midnight too, and where clocks differ by halves of an hour", () => {
    const night = { from: "22:00", to: "07:00", time_zone: "Europe/Berlin" };
    expect(quietUntil(null, at("2026-01-10T23:00:00Z"))).toBeUndefined();
    expect(quietUntil(night, at("2026-01-10T20:59:00Z"))).toBeUndefined();
    expect(quietUntil(night, at("2026-01-10T21:00:30Z"))).toEqual(at("2026-01-11T06:00:00Z"));
    expect(quietUntil(night, at("2026-07-10T21:00:00Z"))).toEqual(at("2026-07-11T05:00:00Z"));
    expect(quietUntil(night, at("2026-01-11T06:00:00Z"))).toBeUndefined();
    const noon = { from: "12:00", to: "13:00", time_zone: "Asia/Kolkata" };
    expect(quietUntil(noon, at("2026-01-10T06:45:00Z"))).toEqual(at("2026-01-10T07:30:00Z"));
    expect(quietUntil({ from: "12:00", to: "13:00" }, at("2026-01-10T12:30:00Z"))).toEqual(at("2026-01-10T13:00:00Z"));
    expect(quietUntil({ from: "12:00", to: "12:00" }, at("2026-01-10T12:00:00Z"))).toBeUndefined();
  });
});
