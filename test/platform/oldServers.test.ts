import { createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serialize } from "bson";
import { createLog } from "../../src/platform/log.js";
import { connectMongo } from "../../src/platform/mongo.js";
import { checkRedis, connectProducer } from "../../src/platform/redis.js";

const log = createLog({ level: "silent" });

/** A listener on this machine that answers each message of a client. */
async function listener(answer: (message: Buffer, socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (message) => answer(message, socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("servers that are too old", () => {
  let redis: Awaited<ReturnType<typeof listener>>;
  let mongo: Awaited<ReturnType<typeof listener>>;

  beforeAll(async () => {
    redis = await listener((message, socket) => {
      const info = "# Server\r\nredis_version:6.0.16\r\nloading:0\r\n";
      for (const command of message.toString().split("*").slice(1)) {
        socket.write(/\r\ninfo\r\n/i.test(command) ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n");
      }
    });
    mongo = await listener((message, socket) => {
      const hello = {
        isWritablePrimary: true,
        maxBsonObjectSize: 16777216,
        maxMessageSizeBytes: 48000000,
        minWireVersion: 0,
        maxWireVersion: 13,
      };
      const body = serialize({ ...hello, version: "5.0.31", ok: 1 });
      const legacy = message.readInt32LE(12) === 2004;
      const head = Buffer.alloc(legacy ? 36 : 21);
      head.writeInt32LE(head.length + body.length, 0);
      head.writeInt32LE(message.readInt32LE(4), 8);
      head.writeInt32LE(legacy ? 1 : 2013, 12);
      if (legacy) head.writeInt32LE(1, 32);
      socket.write(Buffer.concat([head, body]));
    });
  });
  afterAll(() => {
    redis.close();
    mongo.close();
  });

  it("a Redis before 6.2 is refused with its version", async () => {
    const client = connectProducer({ url: `redis://127.0.0.1:${redis.port}`, log });
    await expect(checkRedis(client, log)).rejects.toThrow(
      "REDIS_URL leads to Redis 6.0.16; version 6.2 or newer is needed.",
    );
    client.disconnect();
  });

  it("a MongoDB before 6 is refused with its version", async () => {
    const uri = `mongodb://127.0.0.1:${mongo.port}/?directConnection=true`;
    await expect(connectMongo({ uri, database: "x", log })).rejects.toThrow(
      "MONGODB_URI leads to MongoDB 5.0.31; version 6 or newer is needed.",
    );
  });
});
