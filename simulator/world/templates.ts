/** Templates that every played number has, as the Graph API lists them: with places of both kinds, without, and not approved. */
export const templates: readonly Record<string, unknown>[] = [
  {
    name: "order_update",
    language: "en",
    category: "UTILITY",
    components: [
      { type: "HEADER", format: "TEXT", text: "Order {{1}}" },
      { type: "BODY", text: "Hello {{1}}, your order is on its way and should be with you on {{2}}." },
      { type: "FOOTER", text: "Reply to this message if something is wrong." },
      {
        type: "BUTTONS",
        buttons: [{ type: "URL", text: "Follow the parcel", url: "https://shop.example/parcels/{{1}}" }],
      },
    ],
  },
  {
    name: "order_update",
    language: "es",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Hola {{1}}, tu pedido está en camino y debería llegar el {{2}}." }],
  },
  {
    name: "reminder",
    language: "en",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Hello {{name}}, we expect you on {{day}} at {{time}}." }],
  },
  {
    name: "may_we_write",
    language: "en",
    category: "UTILITY",
    components: [{ type: "BODY", text: "We have an answer to your question. May we write to you here?" }],
  },
  {
    name: "spring_sale",
    language: "en",
    category: "MARKETING",
    status: "PENDING",
    components: [{ type: "BODY", text: "Everything for spring is 20 % off, {{1}}." }],
  },
];
