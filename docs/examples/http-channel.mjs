// A system of your own as a channel: says one thing for a customer, and repeats whatever is answered.
// GATEWAY_URL: webhook_url of the channel account. SECRET: its signingSecret. PORT: where deliveryUrl leads.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { GATEWAY_URL, SECRET, PORT } = process.env;
const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
const sign = (id, time, body) => `v1,${createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")}`;
const equal = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

async function tell(events) {
  const [id, time, body] = [randomUUID(), Math.floor(Date.now() / 1000), JSON.stringify({ events })];
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(time),
    "webhook-signature": sign(id, time, body),
  };
  const answer = await fetch(GATEWAY_URL, { method: "POST", headers, body });
  if (answer.status !== 200) console.error(`refused: ${answer.status}`);
}

createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature = "" } = request.headers;
  if (!equal(signature, sign(id, time, body))) return response.writeHead(401).end();
  const delivery = JSON.parse(body);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: `mine-${delivery.id}` }));
  if (delivery.type !== "message") return;
  const from = { id: delivery.chat };
  await tell([
    { type: "receipt", target: `mine-${delivery.id}`, status: "read", from },
    { type: "message", id: randomUUID(), from, content: { kind: "text", text: `You said: ${delivery.content.text}` } },
  ]);
}).listen(Number(PORT), "127.0.0.1", () => {
  const from = { id: "customer-1", name: "Ana" };
  void tell([{ type: "message", id: randomUUID(), from, content: { kind: "text", text: "Hello from my own system" } }]);
});
