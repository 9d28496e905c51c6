/** A server that speaks OP_MSG and stores nothing: every insert is acknowledged, every find answers one fixed document. */
import { Long, serialize } from "bson";
import { createServer, type AddressInfo } from "node:net";

const hello = {
  isWritablePrimary: true,
  maxBsonObjectSize: 16777216,
  maxMessageSizeBytes: 48000000,
  maxWriteBatchSize: 100000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
  ok: 1,
};

function reply(body: Uint8Array, responseTo: number): Buffer {
  const head = Buffer.alloc(21);
  head.writeInt32LE(21 + body.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}

function legacyReply(body: Uint8Array, responseTo: number): Buffer {
  const head = Buffer.alloc(36);
  head.writeInt32LE(36 + body.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(1, 12);
  head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

/** A find's answer put together from stored rows as they are. */
function pageBody(rows: readonly Uint8Array[]): Buffer {
  const elements = rows.flatMap((row, at) => [Buffer.of(3), Buffer.from(`${at}\u0000`), row]);
  const list = sized([...elements, Buffer.of(0)]);
  const ends = serialize({ id: Long.ZERO, ns: "bench.rows" }).subarray(4);
  const cursor = sized([Buffer.of(4), Buffer.from("firstBatch\u0000"), list, ends]);
  return sized([Buffer.of(3), Buffer.from("cursor\u0000"), cursor, serialize({ ok: 1 }).subarray(4)]);
}

function sized(parts: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(parts.reduce((sum, part) => sum + part.length, 4));
  return Buffer.concat([length, ...parts]);
}

/** Listens on a free port of this machine. Every find answers `document`, or the rows that `page` reads for it. */
export async function startStub(
  document: Record<string, unknown>,
  page?: () => readonly Uint8Array[],
): Promise<{ uri: string; close(): void }> {
  const helloBody = serialize(hello);
  const insertBody = serialize({ n: 1, ok: 1 });
  const findBody = serialize({ cursor: { firstBatch: [document], id: Long.ZERO, ns: "bench.rows" }, ok: 1 });
  const answerTo = (name: string) =>
    name === "insert" ? insertBody : name !== "find" ? helloBody : page ? pageBody(page()) : findBody;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    let rest = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const message = rest.subarray(0, rest.readInt32LE(0));
        rest = rest.subarray(message.length);
        const id = message.readInt32LE(4);
        if (message.readInt32LE(12) === 2004) {
          socket.write(legacyReply(helloBody, id));
          continue;
        }
        // The command is the first field of the first section: flags, kind, length, type, then its name.
        const name = message.toString("latin1", 26, message.indexOf(0, 26));
        socket.write(reply(answerTo(name), id));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
