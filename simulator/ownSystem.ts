import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A system of somebody's own that is connected as a custom HTTP channel. */
export interface OwnSystem {
  /** What the channel account asks for. */
  settings: { deliveryUrl: string; signingSecret: string };
  /** `host:port`, which the gateway must be allowed to reach. */
  host: string;
  /** A customer says something. `webhookUrl` is the channel account's. */
  say(webhookUrl: string, from: { id: string; name: string }, text: string): Promise<void>;
  /** Texts that were delivered, oldest first. */
  delivered: readonly string[];
  close(): Promise<void>;
}

/** Starts one on 127.0.0.1. It takes whatever is delivered. */
export async function startOwnSystem(): Promise<OwnSystem> {
  const key = randomBytes(32);
  const delivered: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { content } = JSON.parse(Buffer.concat(chunks).toString()) as { content?: { text?: string } };
      if (content?.text !== undefined) delivered.push(content.text);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: { deliveryUrl: `http://${host}/`, signingSecret: `whsec_${key.toString("base64")}` },
    host,
    delivered,
    async say(webhookUrl, from, text) {
      const [id, time] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
      const body = JSON.stringify({ events: [{ type: "message", id, from, content: { kind: "text", text } }] });
      const signature = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
      const headers = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` };
      const answer = await fetch(webhookUrl, { method: "POST", headers, body });
      if (answer.status !== 200) throw new Error(`the gateway refused what the system said: ${answer.status}`);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
