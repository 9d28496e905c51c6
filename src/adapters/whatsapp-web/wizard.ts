import type { Wizard } from "../contract.js";

export const wizard: Wizard = {
  summary: "A number you have, linked like WhatsApp Web. Unofficial: WhatsApp may ban it.",
  minutes: 3,
  cost: "Free of charge",
  steps: [
    { text: "On the phone, open WhatsApp, Settings, Linked devices, and choose Link a device." },
    { text: "Scan the QR code that is shown here, or choose to link by phone number and type the code." },
    { text: "Keep the phone switched on and online at least once in two weeks." },
  ],
};
